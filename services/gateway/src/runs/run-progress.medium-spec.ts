import { PipelineFixture } from '../../../../libs/pipeline/src/pipeline.fixture';
import { RunProgressService } from './run-progress.service';

describe('RunProgressService', () => {
  let fixture: PipelineFixture;

  beforeAll(async () => {
    fixture = await PipelineFixture.start();
  });
  beforeEach(() => fixture.openQueues());
  afterEach(() => fixture.clear());
  afterAll(() => fixture.stop());

  it('gives the time stamps of the first and the last frame once all frames are decoded', async () => {
    const { database } = fixture;
    const { runId, featureSetId } = await fixture.acceptedRun();
    const sut = new RunProgressService(database);
    const segment = { featureSetId, frameCount: 2, keyFrames: [true, false], names: [], decodeSeconds: 1 };
    await database.frameSegment.createMany({
      data: [
        { ...segment, index: 0, firstFrame: 0, pts: [500n, 900n] },
        { ...segment, index: 1, firstFrame: 2, pts: [1000n, 2500n] },
      ],
    });
    expect((await sut.of([runId])).get(runId)).toMatchObject({ frames: null, span: null });

    await database.frameTable.create({
      data: { featureSetId, frameCount: 4, timeBaseNumerator: 1, timeBaseDenominator: 1000 },
    });
    expect((await sut.of([runId])).get(runId)).toMatchObject({
      frames: 4,
      span: { firstPts: 500, lastPts: 2500 },
    });
  });
});
