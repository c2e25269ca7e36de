import { Dialog as Base } from '@base-ui/react/dialog';
import { useEffect, useEffectEvent, useId, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';
import overlay from '../ui/overlay.module.css';
import { pageStyles } from '../ui/page.tsx';
import { useGo } from './address.ts';
import styles from './palette.module.css';
import { usePlacesToGo } from './use-places-to-go.ts';

const shownAtMost = 50;

/** Finds pages, environments, scopes of the internal store, and keys, by any part of their names. */
export default function Palette({ onClose }: { readonly onClose: () => void }): ReactElement {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const [isChosen, setChosen] = useState(false);
  const go = useGo();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const words = text.toLowerCase().trim().split(/\s+/);
  const { places, isAsking, isPart } = usePlacesToGo(words, isChosen);
  const found = places.slice(0, shownAtMost);
  const at = Math.min(active, found.length - 1);
  const choose = (index: number): void => {
    const place = found[index];
    // Enter holds for what was typed: it acts once the answer is there.
    setChosen(place === undefined && isAsking);
    if (place === undefined) return;
    onClose();
    go(place.path);
  };
  const act = useEffectEvent(() => {
    choose(0);
  });
  const isReady = isChosen && (found.length > 0 || !isAsking);
  useEffect(() => {
    if (isReady) act();
  }, [isReady]);
  const press = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (event.key === 'Enter') {
      // Else the key would reach the field that has the focus when this is gone.
      event.preventDefault();
      choose(at);
    }
    if (step === undefined) return;
    event.preventDefault();
    const next = (at + step + found.length) % Math.max(1, found.length);
    setActive(next);
    list.current?.children[next]?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <Base.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={overlay['backdrop']} />
        <Base.Popup className={`${overlay['dialog']} ${styles['popup']}`} aria-label="Find">
          <input
            className={styles['input']}
            role="combobox"
            aria-expanded
            aria-controls={id}
            aria-activedescendant={found.length === 0 ? undefined : `${id}-${at}`}
            aria-label="Find keys, scopes, environments and pages"
            placeholder="Find keys, scopes, environments and pages"
            autoComplete="off"
            spellCheck={false}
            autoFocus
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setActive(0);
              setChosen(false);
            }}
            onKeyDown={press}
          />
          <div className={styles['list']} id={id} role="listbox" aria-label="Found" ref={list}>
            {found.map(({ kind, title, path }, index) => (
              <div
                key={`${kind} ${path}`}
                id={`${id}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === at}
                className={styles['item']}
                onClick={() => {
                  choose(index);
                }}
                onMouseMove={() => {
                  setActive(index);
                }}
              >
                <span className={styles['title']}>{title}</span>
                <span className={styles['kind']}>{kind}</span>
              </div>
            ))}
          </div>
          <p className={found.length > 0 ? pageStyles['srOnly'] : styles['none']} role="status">
            {isAsking
              ? 'Searching…'
              : found.length > 0
                ? `${found.length} found`
                : isPart
                  ? 'Nothing found yet: not all names could be searched. Type more of it.'
                  : 'Nothing has a name like that.'}
          </p>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
