import type { ExportedFrame, ExportedRun } from './format';
import { stemOf } from './frame-names';
import { Sections } from './sections';
import { TextFile } from './text-file';

/**
 * A file of COCO that is written image by image. An identity over time has no place in COCO itself: it goes into
 * `track_id`, and into `attributes`, where CVAT and Datumaro look for it.
 */
export class CocoFile {
  private readonly sections: Sections;
  private images = 0;
  private annotations = 0;

  /** @param scratch an empty folder */
  constructor(
    private readonly run: ExportedRun,
    scratch: string,
  ) {
    this.sections = new Sections(scratch);
  }

  async addImage(frame: ExportedFrame): Promise<void> {
    const { width, height } = this.run;
    const { index: frame_index, seconds } = frame;
    const image = { id: frame_index + 1, width, height, file_name: `${stemOf(frame)}.jpg`, frame_index, seconds };
    await this.sections.add('images', `${this.images++ > 0 ? ',' : ''}\n${JSON.stringify(image)}`);
  }

  /** @param facts what there is to say besides its number, image and identity */
  async addAnnotation({ index }: ExportedFrame, track_id: number, facts: object): Promise<void> {
    const about = { id: this.annotations + 1, image_id: index + 1, ...facts };
    const annotation = { ...about, iscrowd: 0, track_id, attributes: { track_id } };
    await this.sections.add('annotations', `${this.annotations++ > 0 ? ',' : ''}\n${JSON.stringify(annotation)}`);
  }

  /** Writes all of it, with the categories first. */
  async write(file: string, categories: readonly object[]): Promise<void> {
    await TextFile.write(file, async (text) => {
      await text.add(`{"info":${JSON.stringify({ description: this.run.label })},"licenses":[],\n`);
      await text.add(`"categories":${JSON.stringify(categories)},\n"images":[`);
      await this.sections.moveTo(text, 'images');
      await text.add('],\n"annotations":[');
      await this.sections.moveTo(text, 'annotations');
      await text.add(']}\n');
    });
  }
}
