import { useVirtualizer } from '@tanstack/react-virtual';
import {
  memo,
  useEffect,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
} from 'react';
import { placeOfCell, stateOfCell, type GridCell, type GridRow } from '../../../api/grid-cells.ts';
import { State } from '../../ui/state.tsx';
import styles from './grid.module.css';
import { pageAt, type Sight } from './use-grid.ts';

interface GridTableProps {
  /** Names of environments. */
  readonly columns: readonly string[];
  /** How many rows there are. */
  readonly count: number;
  /** `undefined` until it is there. */
  readonly rowAt: (index: number) => GridRow | undefined;
  /** Keys whose row has changed a moment ago. */
  readonly changed: ReadonlySet<string>;
  /** The cell whose explanation is open. */
  readonly selected: { readonly key: string | null; readonly environment: string | null };
  readonly onOpen: (key: string, environment: string) => void;
  readonly onSight: (sight: Sight) => void;
}

const rowPx = (): number => (matchMedia('(pointer: coarse)').matches ? 44 : 36);
const columnStyle = (columns: number): CSSProperties => Object.fromEntries([['--columns', columns]]);

/** Only the rows in sight are in the document, and the arrow keys go through all of them. */
export function GridTable({ columns, count, rowAt, changed, selected, onOpen, onSight }: GridTableProps): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const [{ row: activeRow, column: activeColumn }, setActive] = useState({ row: 0, column: 0 });
  const [moved, setMoved] = useState(0);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: rowPx,
    overscan: 12,
    scrollPaddingStart: rowPx(),
  });
  const at = { row: Math.min(activeRow, count - 1), column: Math.min(activeColumn, columns.length - 1) };

  const items = virtual.getVirtualItems();
  // With those just out of sight, which may be the next to come.
  const first = pageAt(items[0]?.index ?? 0);
  const last = pageAt(items.at(-1)?.index ?? 0);
  useEffect(() => {
    onSight({ first, last });
  }, [first, last, onSight]);
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
      Home: event.ctrlKey ? [-count, -columns.length] : [0, -columns.length],
      End: event.ctrlKey ? [count, columns.length] : [0, columns.length],
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const row = Math.max(0, Math.min(count - 1, at.row + step[0]));
    const column = Math.max(0, Math.min(columns.length - 1, at.column + step[1]));
    setActive({ row, column });
    virtual.scrollToIndex(row);
    setMoved((times) => times + 1);
  };

  const press = ({ target }: MouseEvent): void => {
    const cell = target instanceof Element ? target.closest('[role=gridcell]') : null;
    const line = cell?.closest<HTMLElement>('[data-row]');
    if (cell === null || line === null || line === undefined) return;
    const index = Number(line.dataset['row']);
    const column = [...line.querySelectorAll('[role=gridcell]')].indexOf(cell);
    setActive({ row: index, column });
    const [row, environment] = [rowAt(index), columns[column]];
    if (row !== undefined && environment !== undefined) onOpen(row.key, environment);
  };

  return (
    <div className={styles['scroller']} ref={scroller}>
      <div
        role="grid"
        aria-label="Keys by environment"
        aria-rowcount={count + 1}
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
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }} onClick={press}>
          {items.map(({ index, start }) => {
            const row = rowAt(index);
            return (
              <Row
                key={index}
                index={index}
                start={start}
                row={row}
                columns={columns}
                isChanged={row !== undefined && changed.has(row.key)}
                active={index === at.row ? at.column : undefined}
                selected={row !== undefined && selected.key === row.key ? selected.environment : null}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface RowProps {
  readonly index: number;
  /** How far down it is, in pixels. */
  readonly start: number;
  /** `undefined` until it is there. */
  readonly row: GridRow | undefined;
  readonly columns: readonly string[];
  readonly isChanged: boolean;
  /** The column of the cell that Tab leads to, if it is here. */
  readonly active: number | undefined;
  /** The environment whose explanation is open, if it is here. */
  readonly selected: string | null;
}

/** Hundreds of cells are in sight, and what happens beside a row is nothing to it. */
const Row = memo(({ index, start, row, columns, isChanged, active, selected }: RowProps): ReactElement => (
  <div
    role="row"
    aria-rowindex={index + 2}
    aria-busy={row === undefined}
    className={`${styles['row']} ${styles['virtual']} ${isChanged ? styles['changed'] : ''}`}
    style={{ transform: `translateY(${start}px)` }}
    data-row={index}
  >
    <div role="rowheader" className={styles['key']} title={row?.key}>
      <span>{row?.key ?? '…'}</span>
    </div>
    {columns.map((environment, column) => (
      <GridCellButton
        key={environment}
        cell={row?.cells[column]}
        isActive={column === active}
        isSelected={environment === selected}
      />
    ))}
  </div>
));

interface GridCellProps {
  /** `undefined` until it is there. */
  readonly cell: GridCell | undefined;
  readonly isActive: boolean;
  readonly isSelected: boolean;
}

function GridCellButton({ cell, isActive, isSelected }: GridCellProps): ReactElement {
  const state = cell === undefined ? undefined : stateOfCell(cell);
  return (
    <button
      type="button"
      role="gridcell"
      aria-selected={isSelected}
      tabIndex={isActive ? 0 : -1}
      data-active={isActive}
      className={`${styles['cell']} ${state === 'unavailable' ? styles['unavailable'] : ''}`}
      title={cell === undefined ? undefined : titleOf(cell)}
    >
      {cell === undefined || state === undefined ? (
        '…'
      ) : (
        <State name={state}>
          {state === 'set' || state === 'overridden' ? (
            <span className={`${styles['place']} ${state === 'overridden' ? styles['overridden'] : ''}`}>
              {placeOfCell(cell)}
            </span>
          ) : (
            state
          )}
        </State>
      )}
    </button>
  );
}

function titleOf(cell: GridCell): string {
  const place = placeOfCell(cell);
  switch (stateOfCell(cell)) {
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
