import {
  Button,
  Text,
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as Content,
  UNSTABLE_ToastQueue as Queue,
  UNSTABLE_ToastRegion as Region,
} from 'react-aria-components';
import { Problem } from '../api/problem';
import { Icons } from './icons';

interface Notice {
  title: string;
  detail?: string;
  isProblem?: boolean;
  action?: { label: string; run: () => void };
}

const queue = new Queue<Notice>({ maxVisibleToasts: 3 });
const SHOWN_MS = 6000;

/** Says something in the corner. @returns how to take it away */
export function say(notice: Notice, { timeout = SHOWN_MS, onClose }: { timeout?: number; onClose?: () => void } = {}) {
  const key = queue.add(notice, { timeout, onClose });
  return () => queue.close(key);
}

/** Says what went wrong. */
export function sayProblem(error: unknown): void {
  const { title, detail } = Problem.unreachable(error);
  say({ title, detail: detail === title ? undefined : detail, isProblem: true }, { timeout: 12_000 });
}

export function Toasts() {
  return (
    <Region queue={queue} className="toasts" aria-label="Notices">
      {({ toast }) => (
        <Toast toast={toast} className={`toast ${toast.content.isProblem ? 'is-problem' : ''}`}>
          <Content>
            <Text slot="title">{toast.content.title}</Text>
            {toast.content.detail && <Text slot="description">{toast.content.detail}</Text>}
          </Content>
          {toast.content.action && (
            <Button
              className="button"
              onPress={() => {
                toast.content.action!.run();
                queue.close(toast.key);
              }}
            >
              {toast.content.action.label}
            </Button>
          )}
          <Button slot="close" className="icon-button" aria-label="Close">
            {Icons.close}
          </Button>
        </Toast>
      )}
    </Region>
  );
}
