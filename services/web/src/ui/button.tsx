import type { ReactNode } from 'react';
import { Button as AriaButton, ToggleButton as AriaToggle, Tooltip, TooltipTrigger } from 'react-aria-components';

interface ButtonProps {
  children: ReactNode;
  onPress?: () => void;
  kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  isDisabled?: boolean;
  type?: 'button' | 'submit';
  label?: string;
}

export function Button({ children, kind = 'plain', label, ...props }: ButtonProps) {
  return (
    <AriaButton className={`button ${kind}`} aria-label={label} {...props}>
      {children}
    </AriaButton>
  );
}

interface IconProps {
  icon: ReactNode;
  label: string;
  /** Keys that do the same, as people read them. */
  keys?: string;
  onPress?: () => void;
  isDisabled?: boolean;
  placement?: 'top' | 'right' | 'bottom' | 'left';
}

/** A button that is a picture; its name shows on hover and focus. */
export function IconButton({ icon, label, keys, placement = 'bottom', ...props }: IconProps) {
  return (
    <TooltipTrigger delay={400} closeDelay={0}>
      <AriaButton className="icon-button" aria-label={label} {...props}>
        {icon}
      </AriaButton>
      <Hint label={label} keys={keys} placement={placement} />
    </TooltipTrigger>
  );
}

interface ToggleProps extends Omit<IconProps, 'onPress'> {
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
}

export function IconToggle({ icon, label, keys, placement = 'bottom', ...props }: ToggleProps) {
  return (
    <TooltipTrigger delay={400} closeDelay={0}>
      <AriaToggle className="icon-button" aria-label={label} {...props}>
        {icon}
      </AriaToggle>
      <Hint label={label} keys={keys} placement={placement} />
    </TooltipTrigger>
  );
}

function Hint({ label, keys, placement }: Pick<IconProps, 'label' | 'keys' | 'placement'>) {
  return (
    <Tooltip className="tooltip" placement={placement} offset={6}>
      {label}
      {keys && <kbd>{keys}</kbd>}
    </Tooltip>
  );
}
