/** Everything within reach of the keyboard: Ctrl or Cmd with K (CON-1). */
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { cn } from '@/components/cn';
import { useModal } from '@/components/dialog';
import { Kbd } from '@/components/kbd';
import { useMessages } from '@/i18n';
import type { Command } from './commands';
import { useCommands } from './use-commands';

interface PaletteProps {
  open: boolean;
  onClose: () => void;
  onSignOut: () => void;
}

function Option({
  command,
  id,
  active,
  onRun,
  onPoint,
}: {
  command: Command;
  id: string;
  active: boolean;
  onRun: () => void;
  onPoint: () => void;
}) {
  const Icon = command.icon;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above handles the keyboard for its list (ARIA combobox pattern)
    // biome-ignore lint/a11y/useFocusableInteractive: focus stays in the combobox, aria-activedescendant points here
    <div
      id={id}
      role="option"
      aria-selected={active}
      onClick={onRun}
      onPointerMove={onPoint}
      className={cn(
        'flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 text-sm',
        active ? 'bg-accent-soft text-ink' : 'text-ink-soft',
      )}
    >
      <Icon aria-hidden className="size-4 shrink-0" />
      <span className="grow truncate">{command.label}</span>
      <span className="text-xs text-ink-faint">{command.hint ?? command.group}</span>
    </div>
  );
}

function PaletteBody({ onClose, onSignOut }: Omit<PaletteProps, 'open'>) {
  const messages = useMessages().palette;
  const listId = useId();
  const [typed, setTyped] = useState('');
  const [position, setPosition] = useState(0);
  const commands = useCommands(typed, onSignOut);
  const active = Math.min(position, commands.length - 1);
  const optionId = (index: number) => `${listId}-${index}`;

  useEffect(() => {
    document.getElementById(`${listId}-${active}`)?.scrollIntoView?.({ block: 'nearest' });
  }, [listId, active]);

  const run = (index: number) => {
    onClose();
    commands[index]?.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && commands.length > 0) {
      event.preventDefault();
      setPosition((active + step + commands.length) % commands.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(active);
    }
  };
  return (
    <>
      <input
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={active >= 0 ? optionId(active) : undefined}
        aria-label={messages.title}
        data-testid="palette-input"
        className="h-12 w-full rounded-t-lg border-b border-line bg-surface px-4 text-base outline-none placeholder:text-ink-faint"
        placeholder={messages.placeholder}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setPosition(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={listId} role="listbox" aria-label={messages.title} className="max-h-[52vh] overflow-y-auto p-2">
        {commands.map((command, index) => (
          <Option
            key={command.id}
            command={command}
            id={optionId(index)}
            active={index === active}
            onRun={() => run(index)}
            onPoint={() => setPosition(index)}
          />
        ))}
      </div>
      {commands.length === 0 && <p className="px-4 pb-6 text-center text-sm text-ink-faint">{messages.nothing}</p>}
      <p className="flex items-center gap-1.5 border-t border-line px-4 py-2 text-xs text-ink-faint">
        <Kbd>↑</Kbd> <Kbd>↓</Kbd> {messages.hint} <span className="mx-1">·</span> <Kbd>↵</Kbd> {messages.run}
      </p>
    </>
  );
}

export function CommandPalette({ open, onClose, onSignOut }: PaletteProps) {
  const messages = useMessages().palette;
  const modal = useModal(open, onClose);
  return (
    <dialog
      {...modal}
      aria-label={messages.title}
      className="mx-auto mt-[14vh] w-[min(560px,92vw)] rounded-lg border border-line bg-surface p-0 text-ink shadow-float"
    >
      {open && <PaletteBody onClose={onClose} onSignOut={onSignOut} />}
    </dialog>
  );
}
