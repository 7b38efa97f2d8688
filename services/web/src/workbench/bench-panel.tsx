import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import type { Run } from '../api/client';
import type { LiveRun } from './use-run';
import { RunDetails } from './run-details';
import { RunExport } from './run-export';

interface BenchPanelProps {
  run: Run;
  live: Pick<LiveRun, 'exports' | 'watch'>;
  names: ReadonlyMap<number, string>;
  /** What compares it with something else. */
  compare: ReactNode;
  children: ReactNode;
}

/** Beside the stage: the objects, what can be taken away, what is known of the run. */
export function BenchPanel({ run, live, names, compare, children }: BenchPanelProps) {
  const notes = run.warnings.length + (run.error ? 1 : 0);
  return (
    <aside className="bench-panel" aria-label="Run">
      <Tabs className="tabs">
        <TabList className="tab-list" aria-label="Run">
          <Tab id="objects" className="tab">
            Objects
          </Tab>
          <Tab id="compare" className="tab">
            Compare
          </Tab>
          <Tab id="export" className="tab">
            Export
          </Tab>
          <Tab id="details" className="tab">
            Details
            {notes > 0 && <span className="tag warn">{notes}</span>}
          </Tab>
        </TabList>
        <TabPanel id="objects" className="tab-panel">
          {children}
        </TabPanel>
        <TabPanel id="compare" className="tab-panel">
          {compare}
        </TabPanel>
        <TabPanel id="export" className="tab-panel">
          <RunExport run={run} names={names} news={live.exports} watch={live.watch} />
        </TabPanel>
        <TabPanel id="details" className="tab-panel">
          <RunDetails run={run} />
        </TabPanel>
      </Tabs>
    </aside>
  );
}
