import { memo } from 'react';
import { Toolbar } from 'react-aria-components';
import { IconButton, IconToggle } from '../ui/button';
import { Icons } from '../ui/icons';
import { TOOLS, type Tool } from './tools';

interface ToolBarProps {
  tool: Tool;
  onTool: (tool: Tool) => void;
  canUndo: boolean;
  canRedo: boolean;
  onUndo: () => void;
  onRedo: () => void;
  onFit: () => void;
}

/** What one paints with. */
export const ToolBar = memo(function ToolBar({ tool, onTool, canUndo, canRedo, onUndo, onRedo, onFit }: ToolBarProps) {
  return (
    <Toolbar className="tool-bar" aria-label="Tools" orientation="vertical">
      {TOOLS.map(({ id, name, key }) => (
        <IconToggle
          key={id}
          icon={Icons[id]}
          label={name}
          keys={key}
          placement="right"
          isSelected={tool === id}
          onChange={() => onTool(id)}
        />
      ))}
      <span className="tool-gap" />
      <IconButton
        icon={Icons.undo}
        label="Undo"
        keys="Ctrl Z"
        placement="right"
        isDisabled={!canUndo}
        onPress={onUndo}
      />
      <IconButton
        icon={Icons.redo}
        label="Redo"
        keys="Ctrl Y"
        placement="right"
        isDisabled={!canRedo}
        onPress={onRedo}
      />
      <IconButton icon={Icons.fit} label="Fit the picture" keys="⇧1" placement="right" onPress={onFit} />
    </Toolbar>
  );
});
