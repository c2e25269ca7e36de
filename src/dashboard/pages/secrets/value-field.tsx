import { useEffect, useState, type ReactElement } from 'react';
import { fingerprint, utf8 } from '../../api/bytes.ts';
import { AreaField, CheckField } from '../../ui/field.tsx';
import { Button } from '../../ui/button.tsx';
import { pageStyles } from '../../ui/page.tsx';
import { count } from '../../ui/time.tsx';

const maxBytes = 65_536;

/** The value to store, with what is known about it. It stays in memory, and only while the dialog is open. */
export interface ValueDraft {
  readonly text: string;
  /** Whether a single line keeps its line end. */
  readonly keepsEnd: boolean;
  /** Replaces the text. */
  readonly file: { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> } | undefined;
}

export const emptyDraft: ValueDraft = { text: '', keepsEnd: false, file: undefined };

const isOneLine = (text: string): boolean => /^[^\n]+\n$/.test(text);

/** A single line loses its line end, as on the command line; anything else is stored as it is. */
export function bytesOf({ text, keepsEnd, file }: ValueDraft): Uint8Array<ArrayBuffer> {
  return file?.bytes ?? utf8(isOneLine(text) && !keepsEnd ? text.slice(0, -1) : text);
}

export function draftProblem(draft: ValueDraft): string | undefined {
  const { byteLength } = bytesOf(draft);
  if (byteLength === 0) return 'An empty value is stored by the command line alone, with --allow-empty.';
  return byteLength > maxBytes
    ? `It has ${count(byteLength, 'byte')}; a value has at most ${maxBytes.toLocaleString('en')}.`
    : undefined;
}

/** Of exactly the bytes that would be stored; `undefined` until it is computed, or if it cannot be. */
export function useFingerprint(draft: ValueDraft): string | undefined {
  const [computed, setComputed] = useState<{ readonly of: ValueDraft; readonly hex: string | undefined }>();
  useEffect(() => {
    const compute = async (): Promise<void> => {
      const hex = await fingerprint(bytesOf(draft));
      setComputed({ of: draft, hex });
    };
    void compute();
  }, [draft]);
  return computed?.of === draft && bytesOf(draft).byteLength > 0 ? computed.hex : undefined;
}

interface ValueFieldProps {
  readonly draft: ValueDraft;
  readonly onChange: (draft: ValueDraft) => void;
  readonly isFocused: boolean;
  readonly sha256: string | undefined;
}

export function ValueField({ draft, onChange, isFocused, sha256 }: ValueFieldProps): ReactElement {
  const { byteLength } = bytesOf(draft);
  const lines = draft.file === undefined ? draft.text.split('\n').length : undefined;
  const problem = byteLength > maxBytes ? draftProblem(draft) : undefined;
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    onChange({ ...emptyDraft, file: { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) } });
  };
  return (
    <>
      {draft.file === undefined ? (
        <AreaField
          label="Value"
          isMono
          autoFocus={isFocused}
          problem={problem}
          value={draft.text}
          rows={4}
          onText={(text) => {
            onChange({ ...draft, text });
          }}
          onDrop={(event) => {
            const [file] = event.dataTransfer.files;
            if (file === undefined) return;
            event.preventDefault();
            void take(file);
          }}
          note="This page can set a value but cannot show one: once saved, nobody can read it here."
        />
      ) : (
        <div>
          <strong>Value</strong>
          <p>
            The bytes of <code>{draft.file.name}</code>, as they are.{' '}
            <Button
              look="quiet"
              onClick={() => {
                onChange(emptyDraft);
              }}
            >
              Type a value instead
            </Button>
          </p>
          {problem === undefined ? undefined : <p role="alert">{problem}</p>}
        </div>
      )}
      {draft.file === undefined && isOneLine(draft.text) ? (
        <CheckField
          label="Keep the line end after its only line"
          checked={draft.keepsEnd}
          onCheck={(keepsEnd) => {
            onChange({ ...draft, keepsEnd });
          }}
        />
      ) : undefined}
      <dl className={pageStyles['facts']}>
        <dt>Length</dt>
        <dd>
          {count(byteLength, 'byte')}
          {lines === undefined || byteLength === 0 ? '' : `, ${count(lines, 'line')}`}
        </dd>
        <dt>SHA-256</dt>
        <dd className={pageStyles['mono']} data-sha256={sha256 ?? ''}>
          {sha256 ?? (byteLength === 0 ? 'of nothing yet' : 'not known: this browser computes it over TLS only')}
        </dd>
      </dl>
      <label>
        <span className={pageStyles['soft']}>Or the bytes of a file: </span>
        <input type="file" aria-label="File" onChange={(event) => void take(event.target.files?.[0])} />
      </label>
    </>
  );
}
