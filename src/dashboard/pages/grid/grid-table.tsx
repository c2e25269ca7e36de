import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type CSSProperties, type KeyboardEvent, type ReactElement } from 'react';
import { State } from '../../ui/state.tsx';
import { placeOf, stateOf } from './cell-state.ts';
import styles from './grid.module.css';
import type { GridCell, GridRow } from './use-grid.ts';

interface GridTableProps {
  /** Names of environments. */
  readonly columns: readonly string[];
  readonly rows: readonly GridRow[];
  /** Keys whose row changed a moment ago. */
  readonly changed: ReadonlySet<string>;
  /** The cell whose explanation is open. */
  readonly selected: { readonly key: string | null; readonly environment: string | null };
  readonly onOpen: (key: string, environment: string) => void;
}

const rowPx = (): number => (matchMedia('(pointer: coarse)').matches ? 44 : 36);
const columnStyle = (columns: number): CSSProperties => Object.fromEntries([['--columns', columns]]);

/** Only the visible rows are in the document, but the arrow keys go through all of them. */
export function GridTable({ columns, rows, changed, selected, onOpen }: GridTableProps): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const [{ row: activeRow, column: activeColumn }, setActive] = useState({ row: 0, column: 0 });
  const [moved, setMoved] = useState(0);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: rowPx,
    overscan: 12,
    scrollPaddingStart: rowPx(),
  });
  const at = { row: Math.min(activeRow, rows.length - 1), column: Math.min(activeColumn, columns.length - 1) };

  useEffect(() => {
    if (moved > 0) scroller.current?.querySelector<HTMLElement>('[data-active="true"]')?.focus();
  }, [moved]);

  const move = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx()) - 2);
    const steps: Readonly<Record<string, readonly [number, number]>> = {
      ArrowDown: [1, 0],
      ArrowUp: [-1, 0],
      ArrowRight: [0, 1],
      ArrowLeft: [0, -1],
      PageDown: [page, 0],
      PageUp: [-page, 0],
      Home: event.ctrlKey ? [-rows.length, -columns.length] : [0, -columns.length],
      End: event.ctrlKey ? [rows.length, columns.length] : [0, columns.length],
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const row = Math.max(0, Math.min(rows.length - 1, at.row + step[0]));
    const column = Math.max(0, Math.min(columns.length - 1, at.column + step[1]));
    setActive({ row, column });
    virtual.scrollToIndex(row);
    setMoved((count) => count + 1);
  };

  return (
    <div className={styles['scroller']} ref={scroller}>
      <div
        role="grid"
        aria-label="Keys by environment"
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length + 1}
        className={styles['table']}
        style={columnStyle(columns.length)}
        onKeyDown={move}
      >
        <div role="row" aria-rowindex={1} className={`${styles['row']} ${styles['head']}`}>
          <div role="columnheader" className={styles['key']}>
            Key
          </div>
          {columns.map((name) => (
            <div role="columnheader" key={name} title={name}>
              {name}
            </div>
          ))}
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            return row === undefined ? undefined : (
              <div
                key={row.key}
                role="row"
                aria-rowindex={index + 2}
                className={`${styles['row']} ${styles['virtual']} ${changed.has(row.key) ? styles['changed'] : ''}`}
                style={{ transform: `translateY(${start}px)` }}
              >
                <div role="rowheader" className={styles['key']} title={row.key}>
                  <span>{row.key}</span>
                </div>
                {columns.map((environment, column) => (
                  <GridCell
                    key={environment}
                    cell={row.cells[column] ?? { status: 'not_found', overrides: 0 }}
                    isActive={index === at.row && column === at.column}
                    isSelected={selected.key === row.key && selected.environment === environment}
                    onOpen={() => {
                      setActive({ row: index, column });
                      onOpen(row.key, environment);
                    }}
                  />
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface GridCellProps {
  readonly cell: GridCell;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly onOpen: () => void;
}

function GridCell({ cell, isActive, isSelected, onOpen }: GridCellProps): ReactElement {
  const state = stateOf(cell);
  const place = placeOf(cell);
  return (
    <button
      type="button"
      role="gridcell"
      aria-selected={isSelected}
      tabIndex={isActive ? 0 : -1}
      data-active={isActive}
      className={`${styles['cell']} ${state === 'unavailable' ? styles['unavailable'] : ''}`}
      title={titleOf(cell)}
      onClick={onOpen}
    >
      <State name={state}>
        {state === 'set' || state === 'overridden' ? (
          <span className={`${styles['place']} ${state === 'overridden' ? styles['overridden'] : ''}`}>{place}</span>
        ) : (
          state
        )}
      </State>
    </button>
  );
}

function titleOf(cell: GridCell): string {
  const place = placeOf(cell);
  switch (stateOf(cell)) {
    case 'set':
      return `set by ${place}`;
    case 'overridden':
      return `set by ${place}, which overrides ${cell.overrides} more`;
    case 'unset':
      return `declared in ${place}, without a value`;
    case 'missing':
      return 'no binding of this environment supplies it';
    case 'unavailable':
      return `unavailable: ${place === '' ? '' : `${place}, `}${cell.code ?? 'unknown'}`;
  }
}
