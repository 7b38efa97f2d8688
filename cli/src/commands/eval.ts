import { Command, Option } from 'commander';
import { keyOption } from '../connection';
import type { CorrectionChoice } from '../evaluation/corrections';
import type { EvaluationOptions } from '../evaluation/evaluate';
import type { Interruption } from '../interruption';
import { wholeNumber } from '../whole-number';
import { runOptions, serverOption } from './run-options';

type EvalCommand = EvaluationOptions & { root: string; sequences?: string };
type EvalDavisCommand = EvalCommand & { corrections?: number; choose: CorrectionChoice };

/** `propago eval`: scores the platform on data sets with ground truth, in the layouts of their publishers. */
export function registerEval(program: Command, interruption: Interruption): void {
  const evaluation = program.command('eval').description('score the platform on a data set with ground truth');
  const dataSet = (name: string, description: string, layout: string): Command =>
    runOptions(evaluation.command(name))
      .description(description)
      .requiredOption('--root <folder>', layout)
      .option('--sequences <a,b>', 'sequences to take; all when absent')
      .option('--keep', 'with --server: leave the runs there')
      .option(...serverOption)
      .addOption(keyOption())
      .option('--json', 'print one JSON object');

  dataSet(
    'davis',
    'J and F on a folder in DAVIS layout',
    'folder with JPEGImages/ and Annotations/, or with video.mp4 and Annotations/',
  )
    .option(
      '--corrections <n>',
      'correct n frames of each sequence, one after the other, by their ground truth, and score after each',
      wholeNumber(1, 1000),
    )
    .addOption(
      new Option('--choose <how>', 'with --corrections: which frame is corrected next')
        .choices(['suggested', 'worst', 'even'])
        .default('suggested'),
    )
    .action(async ({ root, sequences, corrections, choose, ...options }: EvalDavisCommand) => {
      const { evaluate } = await import('../evaluation/evaluate.js');
      const { davis } = await import('../evaluation/davis.js');
      const { davisCorrections } = await import('../evaluation/corrections.js');
      const names = namesOf(sequences);
      if (corrections === undefined) return evaluate(davis(root, names), options, interruption);
      await evaluate(davisCorrections(root, { wanted: names, corrections, choose }), options, interruption);
    });

  dataSet(
    'youtube-vos',
    'J and F on a folder in the layout of YouTube-VOS or MOSE, whose objects may appear later than the first frame',
    'folder with JPEGImages/NAME/*.jpg and Annotations/NAME/*.png, these of some frames only',
  ).action(async ({ root, sequences, ...options }: EvalCommand) => {
    const { evaluate } = await import('../evaluation/evaluate.js');
    const { youtubeVos } = await import('../evaluation/youtube-vos.js');
    await evaluate(youtubeVos(root, namesOf(sequences)), options, interruption);
  });

  dataSet(
    'vip',
    'mean IoU of 20 classes at 560x560 on Video Instance-level Parsing',
    'folder VIP_Fine with Images/, Annotations/Category_ids/ and lists/val_videos.txt',
  ).action(async ({ root, sequences, ...options }: EvalCommand) => {
    const { evaluate } = await import('../evaluation/evaluate.js');
    const { vip } = await import('../evaluation/vip.js');
    await evaluate(vip(root, namesOf(sequences)), options, interruption);
  });

  dataSet(
    'jhmdb',
    'PCK@0.1 and 0.2 of 15 joints at 320x320 on JHMDB',
    'folder with Rename_Images/, joint_positions/ and splits/',
  ).action(async ({ root, sequences, ...options }: EvalCommand) => {
    const { evaluate } = await import('../evaluation/evaluate.js');
    const { jhmdb } = await import('../evaluation/jhmdb.js');
    await evaluate(jhmdb(root, namesOf(sequences)), options, interruption);
  });
}

function namesOf(list: string | undefined): string[] | undefined {
  return list
    ?.split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}
