import type { ReactNode } from 'react';
import { Switch } from 'react-aria-components';

interface SwitchFieldProps {
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  children: ReactNode;
}

export function SwitchField({ children, ...props }: SwitchFieldProps) {
  return (
    <Switch className="switch" {...props}>
      <span className="switch-mark" aria-hidden="true" />
      {children}
    </Switch>
  );
}
