"""Reads an export by the program that its users use, and holds it against the masks.

read_back.py FORMAT FILE MASKS WORK: FILE is the export, MASKS a folder with one indexed PNG of object ids for each
frame, WORK a folder for whatever has to be unpacked. Prints JSON: the readers that were used, how many masks were
compared, and the Jaccard index between each mask and what was read of it, mean and lowest.
"""

import contextlib
import json
import shutil
import sys
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

format_name, file, masks_folder, work = (
    sys.argv[1],
    Path(sys.argv[2]),
    Path(sys.argv[3]),
    Path(sys.argv[4]),
)
# label maps: frame -> height x width, object ids
TRUTH = [np.array(Image.open(path)) for path in sorted(masks_folder.glob("*.png"))]
HEIGHT, WIDTH = TRUTH[0].shape
OBJECTS = sorted({int(value) for labels in TRUTH for value in np.unique(labels)} - {0})
NAMES = {1: "ring", 2: "object 2", 3: "late & <odd>"}


def truth(frame: int, obj: int) -> np.ndarray:
    """height x width, bool"""
    return TRUTH[frame] == obj


class Comparison:
    """Jaccard index of every mask; one that only one side has counts 0."""

    def __init__(self) -> None:
        self.values: dict[tuple[int, int], float] = {}

    def add(self, frame: int, obj: int, mask: np.ndarray) -> None:
        mask = np.asarray(mask).astype(bool)
        assert mask.shape == (HEIGHT, WIDTH), mask.shape
        wanted = truth(frame, obj)
        either = (mask | wanted).sum()
        assert (frame, obj) not in self.values, (frame, obj)
        assert either > 0, f"an empty mask of object {obj} on frame {frame}"
        self.values[frame, obj] = float((mask & wanted).sum() / either)

    def result(self, *readers: str) -> dict:
        for frame in range(len(TRUTH)):
            for obj in OBJECTS:
                if truth(frame, obj).any():
                    self.values.setdefault((frame, obj), 0.0)
        values = list(self.values.values())
        return {
            "readers": readers,
            "masks": len(values),
            "mean": sum(values) / len(values),
            "lowest": min(values),
        }


def unzip() -> Path:
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        archive.extractall(work)
    return work


def davis() -> dict:
    root = unzip()
    (sequence,) = (root / "ImageSets/2017/val.txt").read_text().split()
    pictures = sorted((root / "Annotations/480p" / sequence).iterdir())
    assert [picture.name for picture in pictures] == [
        f"{i:05d}.png" for i in range(len(TRUTH))
    ]
    seen = Comparison()
    for frame, picture in enumerate(pictures):
        image = Image.open(picture)
        assert image.mode == "P"
        labels = np.array(image)
        for obj in np.unique(labels[labels > 0]):
            seen.add(frame, int(obj), labels == obj)
    # The evaluator of the field takes them for perfect predictions of themselves.
    gt, tracker = work / "gt", work / "trackers/us/data"
    for folder in (gt, tracker):
        shutil.copytree(root / "Annotations/480p" / sequence, folder / sequence)
    import trackeval

    dataset = trackeval.datasets.DAVIS(
        {
            "GT_FOLDER": str(gt),
            "TRACKERS_FOLDER": str(work / "trackers"),
            "PRINT_CONFIG": False,
        }
    )
    hota = evaluate(
        dataset, trackeval.metrics.HOTA({"PRINT_CONFIG": False}), sequence, "general"
    )
    assert hota["HOTA"].mean() == 1.0, hota
    return seen.result("Pillow", "trackeval")


def evaluate(dataset, metric, sequence: str, class_name: str) -> dict:
    """What a metric of TrackEval says of one sequence of the tracker `us`."""
    with contextlib.redirect_stdout(sys.stderr):
        raw = dataset.get_raw_seq_data("us", sequence)
        data = dataset.get_preprocessed_seq_data(raw, class_name)
        return metric.eval_sequence(data)


def coco() -> dict:
    from pycocotools.coco import COCO

    with contextlib.redirect_stdout(sys.stderr):
        dataset = COCO(str(file))
    seen = Comparison()
    for annotation in dataset.anns.values():
        image = dataset.imgs[annotation["image_id"]]
        assert image["file_name"] == f"{image['frame_index']:05d}.jpg"
        mask = dataset.annToMask(annotation)
        x, y, w, h = annotation["bbox"]
        inside = np.zeros_like(mask)
        inside[y : y + h, x : x + w] = 1
        assert (truth(image["frame_index"], annotation["track_id"]) <= inside).all()
        assert (
            annotation["area"]
            == truth(image["frame_index"], annotation["track_id"]).sum()
        )
        assert (
            dataset.cats[annotation["category_id"]]["name"]
            == NAMES[annotation["track_id"]]
        )
        seen.add(image["frame_index"], annotation["track_id"], mask)
    result = seen.result("pycocotools")

    import supervision

    images = work / "images"
    images.mkdir()
    for image in dataset.imgs.values():
        Image.new("RGB", (WIDTH, HEIGHT)).save(images / image["file_name"])
    read = supervision.DetectionDataset.from_coco(
        str(images), str(file), force_masks=True
    )
    counted = 0
    for path, detections in read.annotations.items():
        frame = int(Path(path).stem)
        for class_id, mask in zip(detections.class_id, detections.mask, strict=True):
            obj = next(
                obj for obj, name in NAMES.items() if name == read.classes[class_id]
            )
            if result["lowest"] == 1.0:
                assert (mask == truth(frame, obj)).all()
            counted += 1
    assert counted == result["masks"]

    from datumaro.components.dataset import Dataset

    root = work / "datumaro"
    (root / "annotations").mkdir(parents=True)
    shutil.copy(file, root / "annotations/instances_default.json")
    shutil.copytree(images, root / "images/default")
    imported = Dataset.import_from(str(root), "coco_instances")
    assert sum(len(item.annotations) for item in imported) >= result["masks"]
    return {**result, "readers": ["pycocotools", "supervision", "datumaro"]}


def youtube_vis() -> dict:
    import trackeval
    from pycocotools import mask as masks

    content = json.loads(file.read_text())
    (video,) = content["videos"]
    sequence = video["file_names"][0].split("/")[0]
    gt, tracker = (
        work / "gt/youtube_vis_train_sub_split",
        work / "trackers/youtube_vis_train_sub_split/us/data",
    )
    gt.mkdir(parents=True)
    tracker.mkdir(parents=True)
    shutil.copy(file, gt / "gt.json")
    shutil.copy(file.with_suffix(".results"), tracker / "results.json")
    config = {
        "GT_FOLDER": f"{work}/gt/",
        "TRACKERS_FOLDER": f"{work}/trackers/",
        "PRINT_CONFIG": False,
    }
    with contextlib.redirect_stdout(sys.stderr):
        dataset = trackeval.datasets.YouTubeVIS(config)
    seen = Comparison()
    with contextlib.redirect_stdout(sys.stderr):
        raw = dataset.get_raw_seq_data("us", sequence)
    assert raw["num_timesteps"] == len(TRUTH)
    for category in content["categories"]:
        hota = evaluate(
            dataset,
            trackeval.metrics.HOTA({"PRINT_CONFIG": False}),
            sequence,
            category["name"],
        )
        assert hota["HOTA"].mean() == 1.0, hota
    for annotation in content["annotations"]:
        obj = annotation["id"]
        for frame, rle in enumerate(annotation["segmentations"]):
            if rle is not None:
                runs = masks.frPyObjects(rle, HEIGHT, WIDTH)
                seen.add(frame, obj, masks.decode(runs))
                assert annotation["areas"][frame] == truth(frame, obj).sum()
    return seen.result("trackeval", "pycocotools")


def mots_txt() -> dict:
    import trackeval
    from pycocotools import mask as masks

    sequence = "SEQ"
    gt, tracker = work / "gt/MOTS-train", work / "trackers/MOTS-train/us/data"
    (gt / sequence / "gt").mkdir(parents=True)
    tracker.mkdir(parents=True)
    shutil.copy(file, gt / sequence / "gt/gt.txt")
    shutil.copy(file, tracker / f"{sequence}.txt")
    dataset_config = {
        "GT_FOLDER": str(work / "gt"),
        "TRACKERS_FOLDER": str(work / "trackers"),
        "SPLIT_TO_EVAL": "train",
        "SEQ_INFO": {sequence: len(TRUTH)},
        "PRINT_CONFIG": False,
    }
    with contextlib.redirect_stdout(sys.stderr):
        dataset = trackeval.datasets.MOTSChallenge(dataset_config)
    hota = evaluate(
        dataset, trackeval.metrics.HOTA({"PRINT_CONFIG": False}), sequence, "pedestrian"
    )
    assert hota["HOTA"].mean() == 1.0, hota
    seen = Comparison()
    for line in file.read_text().splitlines():
        frame, track, class_id, height, width, counts = line.split(" ")
        assert int(track) // 1000 == int(class_id) == 2
        mask = masks.decode({"size": [int(height), int(width)], "counts": counts})
        seen.add(int(frame) - 1, int(track) % 1000, mask)
    return seen.result("trackeval", "pycocotools")


def mots_png() -> dict:
    from datumaro.components.dataset import Dataset

    root = unzip()
    dataset = Dataset.import_from(str(root), "mots")
    names = [
        label.name
        for label in dataset.categories()[next(iter(dataset.categories()))].items
    ]
    seen = Comparison()
    for item in dataset:
        frame = int(item.id.removeprefix("frame_")) - (
            1 if format_name == "mots-png" else 0
        )
        for annotation in item.annotations:
            obj = int(annotation.attributes["track_id"])
            assert names[annotation.label] == NAMES[obj], (names, obj)
            seen.add(frame, obj, annotation.image)
    return seen.result("datumaro")


def cvat_xml() -> dict:
    from datumaro.components.annotation import AnnotationType
    from datumaro.components.dataset import Dataset
    from pycocotools import mask as masks

    root = work / "cvat"
    root.mkdir()
    shutil.copy(file, root / "train.xml")
    dataset = Dataset.import_from(str(root), "cvat")
    names = [label.name for label in dataset.categories()[AnnotationType.label].items]
    drawn: dict[tuple[int, int], np.ndarray] = {}
    for item in dataset:
        for annotation in item.annotations:
            assert annotation.type == AnnotationType.polygon
            if annotation.attributes.get("outside"):
                continue
            obj = next(
                obj for obj, name in NAMES.items() if name == names[annotation.label]
            )
            mask = masks.decode(masks.frPyObjects([annotation.points], HEIGHT, WIDTH))[
                :, :, 0
            ]
            frame = (
                int(item.attributes["frame"])
                if "frame" in item.attributes
                else int(item.id.split("_")[-1])
            )
            before = drawn.setdefault((frame, obj), np.zeros((HEIGHT, WIDTH), np.uint8))
            before |= mask
    seen = Comparison()
    for (frame, obj), mask in drawn.items():
        seen.add(frame, obj, mask)
    return seen.result("datumaro", "pycocotools")


def label_studio() -> dict:
    from label_studio_sdk.label_interface import LabelInterface

    (task,) = json.loads(file.read_text())
    labels = "".join(
        f'<Label value="{name.replace("&", "&amp;").replace("<", "&lt;")}"/>'
        for name in NAMES.values()
    )
    interface = LabelInterface(
        f'<View><Labels name="labels" toName="video">{labels}</Labels>'
        f'<Video name="video" value="$video" framerate="{task["data"]["fps"]}"/>'
        '<VideoRectangle name="box" toName="video"/></View>'
    )
    (prediction,) = task["predictions"]
    problems = interface.validate_prediction(prediction, return_errors=True)
    assert not problems, problems
    seen = Comparison()
    for region in prediction["result"]:
        obj = int(region["id"].removeprefix("object-"))
        assert region["value"]["labels"] == [NAMES[obj]]
        assert region["value"]["framesCount"] == len(TRUTH)
        # As the editor shows it: a key frame stays until the next one; one that is not enabled is the last.
        shown: dict[int, dict] = {}
        keys = sorted(region["value"]["sequence"], key=lambda key: key["frame"])
        for key, following in zip(keys, [*keys[1:], None], strict=True):
            behind = following["frame"] if following else len(TRUTH) + 1
            for frame in range(
                key["frame"], behind if key["enabled"] else key["frame"] + 1
            ):
                shown[frame - 1] = key
        for frame, box in shown.items():
            mask = np.zeros((HEIGHT, WIDTH), bool)
            x, y = round(box["x"] * WIDTH / 100), round(box["y"] * HEIGHT / 100)
            w, h = (
                round(box["width"] * WIDTH / 100),
                round(box["height"] * HEIGHT / 100),
            )
            mask[y : y + h, x : x + w] = True
            seen.add(frame, obj, mask)
    return seen.result("label-studio-sdk")


def ultralytics() -> dict:
    import cv2
    import supervision

    root = unzip()
    (labels,) = (root / "labels").iterdir()
    images = work / "images"
    images.mkdir()
    for frame in range(len(TRUTH)):
        Image.new("RGB", (WIDTH, HEIGHT)).save(images / f"{frame:05d}.jpg")
    read = supervision.DetectionDataset.from_yolo(
        str(images), str(labels), str(root / "data.yaml"), force_masks=True
    )
    by_supervision, by_ultralytics = Comparison(), Comparison()
    for path, detections in read.annotations.items():
        frame = int(Path(path).stem)
        rows = [
            line.split()
            for line in (labels / f"{frame:05d}.txt").read_text().splitlines()
        ]
        for obj in OBJECTS:
            name = read.classes.index(NAMES[obj])
            chosen = detections.mask[detections.class_id == name]
            if len(chosen) > 0:
                by_supervision.add(frame, obj, chosen.any(axis=0))
            # As Ultralytics fills what it reads.
            mask = np.zeros((HEIGHT, WIDTH), np.uint8)
            for row in (row for row in rows if int(row[0]) == name):
                assert len(row) > 6 and all(0 <= float(value) <= 1 for value in row[1:])
                points = np.array(row[1:], np.float32).reshape(-1, 2) * (WIDTH, HEIGHT)
                cv2.fillPoly(mask, np.asarray([points], dtype=np.int32), color=1)
            if mask.any():
                by_ultralytics.add(frame, obj, mask)
    assert abs(by_supervision.result()["mean"] - by_ultralytics.result()["mean"]) < 0.02
    return by_ultralytics.result("supervision", "opencv")


def sa_v() -> dict:
    from pycocotools import mask as masks

    content = json.loads(file.read_text())
    assert content["video_frame_count"] == len(content["masklet"]) == len(TRUTH)
    assert content["masklet_num"] == len(content["masklet_id"]) == len(OBJECTS)
    seen = Comparison()
    for frame, rles in enumerate(content["masklet"]):
        for obj, rle in zip(OBJECTS, rles, strict=True):
            mask = masks.decode(rle)
            if mask.any():
                seen.add(frame, obj, mask)
    for obj, first, count in zip(
        OBJECTS,
        content["masklet_first_appeared_frame"],
        content["masklet_frame_count"],
        strict=True,
    ):
        visible = [frame for frame in range(len(TRUTH)) if truth(frame, obj).any()]
        assert (first, count) == (visible[0], len(visible))
    return seen.result("pycocotools")


def cutouts() -> dict:
    root = unzip()
    (folder,) = [path for path in root.iterdir() if path.is_dir()]
    seen = Comparison()
    for obj in OBJECTS:
        for picture in sorted((folder / str(obj)).glob("*.png")):
            rgba = np.array(Image.open(picture))
            assert set(np.unique(rgba[:, :, 3])) <= {0, 255}
            assert not rgba[rgba[:, :, 3] == 0].any()
            seen.add(int(picture.stem), obj, rgba[:, :, 3] == 255)
    return seen.result("Pillow")


def csv() -> dict:
    import pandas
    from scipy import ndimage

    table = pandas.read_csv(file)
    rows = 0
    for row in table.itertuples():
        mask = truth(row.frame, row.object)
        assert row.area == mask.sum()
        if row.area == 0:
            assert pandas.isna(row.x) and pandas.isna(row.confidence)
            continue
        ys, xs = np.nonzero(mask)
        assert (row.x, row.y) == (xs.min(), ys.min())
        assert (row.width, row.height) == (np.ptp(xs) + 1, np.ptp(ys) + 1)
        centre = ndimage.center_of_mass(mask)
        assert np.allclose((row.centroid_y - 0.5, row.centroid_x - 0.5), centre)
        rows += 1
    return {"readers": ["pandas"], "masks": rows, "mean": None, "lowest": None}


def points() -> dict[tuple[int, int, str], dict]:
    """What the run says of each point, by frame, object and name."""
    frames = json.loads((masks_folder / "points.json").read_text())
    return {
        (frame, obj["id"], point["name"]): point
        for frame, objects in enumerate(frames)
        for obj in objects
        for point in obj["points"]
    }


def near(read: tuple[float, float], point: dict, centre: float) -> None:
    assert abs(read[0] - (point["x"] - centre)) < 1e-3, (read, point)
    assert abs(read[1] - (point["y"] - centre)) < 1e-3, (read, point)


def counted(reader: str, count: int) -> dict:
    return {"readers": [reader], "masks": count, "mean": None, "lowest": None}


def coco_keypoints() -> dict:
    from pycocotools.coco import COCO

    with contextlib.redirect_stdout(sys.stderr):
        dataset = COCO(str(file))
    names = {4: "fly", 5: "fly", 6: "object 6"}
    said = points()
    seen = set()
    for annotation in dataset.anns.values():
        category = dataset.cats[annotation["category_id"]]
        frame = dataset.imgs[annotation["image_id"]]["frame_index"]
        obj = annotation["track_id"]
        assert category["name"] == names[obj]
        assert category["skeleton"] == ([] if obj == 6 else [[1, 2]])
        triples = np.reshape(annotation["keypoints"], (-1, 3))
        assert annotation["num_keypoints"] == (triples[:, 2] > 0).sum()
        for name, (x, y, visibility) in zip(
            category["keypoints"], triples, strict=True
        ):
            point = said[frame, obj, name]
            wanted = {"visible": 2, "hidden": 1, "absent": 0, "lost": 0}[point["state"]]
            assert visibility == wanted, (frame, obj, name)
            if wanted:
                near((x, y), point, 0.5)
                seen.add((frame, obj, name))
    expected = {
        key for key, point in said.items() if point["state"] in ("visible", "hidden")
    }
    assert seen == expected, seen ^ expected

    import sleap_io

    for image in dataset.imgs.values():
        Image.new("RGB", (WIDTH, HEIGHT)).save(work / image["file_name"])
    labels = sleap_io.load_coco(str(file), dataset_root=str(work))
    read = sum(
        int(np.isfinite(instance.numpy()).all(axis=1).sum())
        for labelled in labels
        for instance in labelled.instances
    )
    assert read == len(expected), read
    return counted("pycocotools", len(seen))


def deeplabcut() -> dict:
    import pandas

    table = pandas.read_csv(file, header=[0, 1, 2, 3], index_col=0)
    assert table.columns.names == ["scorer", "individuals", "bodyparts", "coords"]
    assert list(table.index) == list(range(len(TRUTH)))
    individuals = {4: "fly 4", 5: "fly 5", 6: "object 6"}
    count = 0
    for (frame, obj, name), point in points().items():
        x, y, likelihood = (
            table.loc[frame, ("propago", individuals[obj], name, coordinate)]
            for coordinate in ("x", "y", "likelihood")
        )
        if point["state"] == "absent":
            assert np.isnan([x, y, likelihood]).all()
            continue
        near((x, y), point, 0.5)
        assert likelihood == point["confidence"]
        count += 1
    analysis_of_sleap(table, individuals)
    return counted("pandas", count)


def analysis_of_sleap(table, individuals: dict[int, str]) -> None:
    """The way to SLEAP's analysis file that docs/formats.md shows, by SLEAP's own library."""
    page = Path(__file__).parents[2] / "docs/formats.md"
    program = page.read_text().split("```python deeplabcut to sleap\n")[1].split("```")[0]
    shutil.copy(file, work / "points.csv")
    with contextlib.chdir(work):
        exec(program, {})
    import sleap_io

    labels = sleap_io.load_analysis_h5(str(work / "points.analysis.h5"))
    assert {track.name for track in labels.tracks} == set(individuals.values())
    for labelled in labels:
        for instance in labelled.instances:
            for node, (x, y) in zip(
                labels.skeleton.nodes, instance.numpy(), strict=True
            ):
                key = ("propago", instance.track.name, node.name)
                if key not in {column[:3] for column in table.columns}:
                    assert np.isnan([x, y]).all()
                    continue
                wanted = table.loc[labelled.frame_idx, key][["x", "y"]].to_numpy()
                assert np.allclose((x, y), wanted, equal_nan=True)


def keypoints_csv() -> dict:
    import pandas

    said = points()
    table = pandas.read_csv(file, keep_default_na=False, na_values=[""])
    for row in table.itertuples():
        point = said[row.frame, row.object, row.point]
        assert row.state == point["state"]
        if point["x"] is not None:
            near((row.x, row.y), point, 0)
    assert len(table) == len(said)
    return counted("pandas", len(table))


READERS = {
    "davis": davis,
    "coco": coco,
    "youtube-vis": youtube_vis,
    "mots-txt": mots_txt,
    "mots-png": mots_png,
    "cvat-mots": mots_png,
    "cvat-xml": cvat_xml,
    "label-studio": label_studio,
    "ultralytics": ultralytics,
    "sa-v": sa_v,
    "cutouts": cutouts,
    "csv": csv,
    "coco-keypoints": coco_keypoints,
    "deeplabcut": deeplabcut,
    "keypoints-csv": keypoints_csv,
}
with contextlib.redirect_stdout(sys.stderr):
    outcome = READERS[format_name]()
print(json.dumps(outcome))
