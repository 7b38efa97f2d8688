import {
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select as AriaSelect,
  SelectValue,
  Text,
} from 'react-aria-components';

export interface Choice {
  id: string;
  name: string;
  hint?: string;
}

/** One of several, each with a sentence where it needs one. */
export function Select({
  label,
  choices,
  value,
  onChange,
  isLabelHidden = false,
  isExplained = false,
}: {
  label: string;
  choices: readonly Choice[];
  value: string;
  onChange: (id: string) => void;
  isLabelHidden?: boolean;
  /** Whether the sentence of what is chosen is below it. */
  isExplained?: boolean;
}) {
  const hint = choices.find(({ id }) => id === value)?.hint;
  return (
    <AriaSelect
      className="field"
      aria-label={isLabelHidden ? label : undefined}
      selectedKey={value}
      onSelectionChange={(key) => key !== null && onChange(String(key))}
    >
      {!isLabelHidden && <Label>{label}</Label>}
      <Button className="select-button">
        <SelectValue>
          {({ defaultChildren }) => choices.find(({ id }) => id === value)?.name ?? defaultChildren}
        </SelectValue>
        <span aria-hidden="true" className="caret">
          ▾
        </span>
      </Button>
      {isExplained && hint && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <Popover className="popover">
        <ListBox className="listbox" items={choices}>
          {({ id, name, hint }) => (
            <ListBoxItem id={id} textValue={name} className="menu-item">
              {name}
              {hint && <span className="hint">{hint}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
