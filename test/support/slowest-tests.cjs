const SHOWN = 10;

/** Prints the slowest test files and tests at the end of a run of more than one file: where its time goes. */
module.exports = class SlowestTests {
  onRunComplete(_contexts, { testResults }) {
    if (testResults.length < 2) return;
    const files = testResults.map(({ testFilePath, perfStats }) => [
      perfStats.end - perfStats.start,
      name(testFilePath),
    ]);
    const tests = testResults.flatMap(({ testFilePath, testResults: each }) =>
      each.map(({ duration, fullName }) => [duration ?? 0, `${name(testFilePath)}: ${fullName}`]),
    );
    print('slowest files', files);
    print('slowest tests', tests);
  }
};

const name = (file) => file.slice(process.cwd().length + 1);

function print(title, timed) {
  const slowest = timed.sort(([a], [b]) => b - a).slice(0, SHOWN);
  const lines = slowest.map(([ms, what]) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${what}`);
  process.stderr.write(`\n${title}\n${lines.join('\n')}\n`);
}
