from enum import StrEnum


class ExportFormat(StrEnum):
    COCO = "coco"
    COCO_KEYPOINTS = "coco-keypoints"
    CSV = "csv"
    CUTOUTS = "cutouts"
    CVAT_MOTS = "cvat-mots"
    CVAT_XML = "cvat-xml"
    DAVIS = "davis"
    DEEPLABCUT = "deeplabcut"
    KEYPOINTS_CSV = "keypoints-csv"
    LABEL_STUDIO = "label-studio"
    MOTS_PNG = "mots-png"
    MOTS_TXT = "mots-txt"
    OVERLAY_MP4 = "overlay-mp4"
    OVERLAY_WEBM = "overlay-webm"
    SA_V = "sa-v"
    ULTRALYTICS = "ultralytics"
    YOUTUBE_VIS = "youtube-vis"

    def __str__(self) -> str:
        return str(self.value)
