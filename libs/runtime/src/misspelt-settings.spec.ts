import { knownSettings, misspeltSettings } from './misspelt-settings';

describe('misspeltSettings', () => {
  it.each([
    ['MAX_SEGMENT', 'MAX_SEGMENTS_AHEAD'],
    ['RUN_RETENTION_DAY', 'RUN_RETENTION_DAYS'],
    ['RETENTION_DAYS', 'RUN_RETENTION_DAYS'],
    ['RECONCILE_SECNODS', 'RECONCILE_SECONDS'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['FFMPEGPATH', 'FFMPEG_PATH'],
    ['PROPAGO_AFINITY', 'PROPAGO_AFFINITY'],
  ])('finds that %s is meant for %s', (given, meant) => {
    expect(misspeltSettings({ [given]: '3' })).toEqual([`${given} is no setting: did you mean ${meant}?`]);
  });

  it('names what starts with our prefix', () => {
    expect(misspeltSettings({ PROPAGO_COLOUR: 'blue' })).toEqual([
      'PROPAGO_COLOUR is no setting: all settings are in .env.example',
    ]);
  });

  it('leaves settings, empty variables and those of other programs alone', () => {
    const others = ['HOME', 'HOSTNAME', 'LANG', 'PATH', 'PWD', 'SHELL', 'TERM', 'USER', 'NODE_ENV', 'NODE_OPTIONS'];
    const more = ['PORTS', 'MAX_JOBS', 'CUDA_HOME', 'AWS_REGION', 'OTEL_SERVICE_NAME', 'PGHOST', 'EDITOR', 'TMPDIR'];
    const settings = [...knownSettings()];
    const all = [...others, ...more.slice(1), ...settings].map((name) => [name, 'value']);
    expect(misspeltSettings({ ...Object.fromEntries(all), MAX_SEGMENT: '' })).toEqual([]);
  });
});
