import {
  Autocomplete,
  Button,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField,
  Select as AriaSelect,
  SelectValue,
  Text,
  useFilter,
} from 'react-aria-components';
import { Icons } from './icons';

export interface Choice {
  id: string;
  name: string;
  /** What belongs to the name, and is seen even where the name is too long for its place. */
  end?: string;
  hint?: string;
}

/** In more choices than these one is not found by looking. */
const SEARCHED_FROM = 15;

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
  const { contains } = useFilter({ sensitivity: 'base' });
  const chosen = choices.find(({ id }) => id === value);
  const list = (
    <ListBox className="listbox" items={choices} renderEmptyState={() => <p className="hint none">Nothing fits</p>}>
      {({ id, name, end = '', hint }) => (
        <ListBoxItem id={id} textValue={[name + end, hint].filter(Boolean).join(', ')} className="menu-item">
          {name}
          {end}
          {hint && <span className="hint">{hint}</span>}
        </ListBoxItem>
      )}
    </ListBox>
  );
  return (
    <AriaSelect
      className="field"
      aria-label={isLabelHidden ? label : undefined}
      selectedKey={value}
      onSelectionChange={(key) => key !== null && onChange(String(key))}
    >
      {!isLabelHidden && <Label>{label}</Label>}
      <Button className="select-button">
        <SelectValue className="select-value">
          {({ defaultChildren }) =>
            chosen ? (
              <>
                <span>{chosen.name}</span>
                {chosen.end}
              </>
            ) : (
              defaultChildren
            )
          }
        </SelectValue>
        <span aria-hidden="true" className="caret">
          ▾
        </span>
      </Button>
      {isExplained && chosen?.hint && (
        <Text slot="description" className="hint">
          {chosen.hint}
        </Text>
      )}
      <Popover className="popover">
        {choices.length < SEARCHED_FROM ? (
          list
        ) : (
          <Autocomplete filter={contains}>
            <SearchField className="search" aria-label={`Search ${label}`} autoFocus>
              {Icons.search}
              <Input className="input" />
            </SearchField>
            {list}
          </Autocomplete>
        )}
      </Popover>
    </AriaSelect>
  );
}
