import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Button } from './button';

interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
  /** What the dialog is for; without it there is only a way to close it. */
  action?: { label: string; kind?: 'primary' | 'danger'; isDisabled?: boolean; run: () => void };
}

export function Dialog({ title, isOpen, onClose, children, action }: DialogProps) {
  return (
    <ModalOverlay className="overlay-back" isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable>
      <Modal className="modal">
        <AriaDialog className="dialog">
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
          <div className="dialog-buttons">
            <Button onPress={onClose}>{action ? 'Cancel' : 'Close'}</Button>
            {action && (
              <Button kind={action.kind ?? 'primary'} isDisabled={action.isDisabled} onPress={action.run}>
                <span className="button-name">{action.label}</span>
              </Button>
            )}
          </div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
