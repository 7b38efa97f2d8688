import { createContext, memo, useContext, type ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import type { Run } from '../api/client';
import type { LiveRun } from './use-run';
import { RunDetails } from './run-details';
import { RunExport } from './run-export';

/** What changes from frame to frame in the panel, whose frame of tabs is not drawn again for that. */
export interface PanelParts {
  objects: ReactNode;
  compare: ReactNode;
}

export const PanelContext = createContext<PanelParts>({ objects: null, compare: null });

const Part = ({ of }: { of: keyof PanelParts }) => useContext(PanelContext)[of];

interface BenchPanelProps {
  run: Run;
  exports: LiveRun['exports'];
  watch: LiveRun['watch'];
  names: ReadonlyMap<number, string>;
}

/** Beside the stage: the objects, comparisons, what can be taken away, what is known of the run. */
export const BenchPanel = memo(function BenchPanel({ run, exports, watch, names }: BenchPanelProps) {
  const notes = run.warnings.length;
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
          <Part of="objects" />
        </TabPanel>
        <TabPanel id="compare" className="tab-panel">
          <Part of="compare" />
        </TabPanel>
        <TabPanel id="export" className="tab-panel">
          <RunExport run={run} names={names} news={exports} watch={watch} />
        </TabPanel>
        <TabPanel id="details" className="tab-panel">
          <RunDetails run={run} />
        </TabPanel>
      </Tabs>
    </aside>
  );
});
