import { lazy, Suspense } from 'react';
import { RouterProvider } from 'react-aria-components';
import { navigate, usePath } from './router';
import { SignedIn } from './session';
import { RunsScreen } from './screens/runs';
import { Shell } from './ui/shell';
import { Toasts } from './ui/toasts';
import { Empty } from './ui/states';

const NewRun = lazy(() => import('./screens/new-run'));
const Workbench = lazy(() => import('./screens/workbench'));
const Models = lazy(() => import('./screens/models'));
const Training = lazy(() => import('./screens/training'));
const System = lazy(() => import('./screens/system'));

export function App() {
  return (
    <RouterProvider navigate={navigate}>
      <SignedIn>
        <Shell>
          <Suspense fallback={<div className="splash" aria-busy="true" />}>
            <Screen />
          </Suspense>
        </Shell>
      </SignedIn>
      <Toasts />
    </RouterProvider>
  );
}

function Screen() {
  const [screen, name] = usePath();
  switch (screen) {
    case undefined:
      return <RunsScreen />;
    case 'new':
      return <NewRun videoId={name} />;
    case 'runs':
      return name === undefined ? <RunsScreen /> : <Workbench key={name} id={name} />;
    case 'models':
      return <Models name={name} />;
    case 'training':
      return <Training id={name} />;
    case 'system':
      return <System />;
    default:
      return <Empty title="There is nothing at this address" />;
  }
}
