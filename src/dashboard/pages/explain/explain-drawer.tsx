import { Suspense, useState, type ReactElement } from 'react';
import { Pencil } from 'lucide-react';
import { Link } from 'wouter';
import { hintOf, meaningOf } from '../../../api/failure-words.ts';
import type { ClientOutput } from '../../../api/registry.ts';
import { commandLine } from '../../api/command-line.ts';
import { useRead } from '../../api/queries.ts';
import { scopeInAddress, useOrganization, usePlaces } from '../../shell/address.ts';
import { Action } from '../../ui/action.tsx';
import { Command } from '../../ui/copy.tsx';
import { Drawer } from '../../ui/drawer.tsx';
import { Notice, sentence } from '../../ui/notice.tsx';
import { pageStyles } from '../../ui/page.tsx';
import { Result } from '../../ui/result.tsx';
import { span, Time } from '../../ui/time.tsx';
import styles from './explain.module.css';
import { lazily } from '../../ui/lazily.ts';

const SecretDialog = lazily(() => import('../secrets/secret-dialog.tsx'));

type Explanation = ClientOutput<'resolution.explain'>;

interface ExplainProps {
  readonly environment: string;
  readonly secretKey: string;
  readonly onClose: () => void;
}

/** Who supplies a key, who else could, the rule between neighbours, and what blocks the view. */
export function ExplainDrawer({ environment, secretKey: key, onClose }: ExplainProps): ReactElement {
  const organization = useOrganization();
  const explained = useRead('resolution.explain', { environment, key });
  return (
    <Drawer
      label={`Explanation of ${key} in ${environment}`}
      onClose={onClose}
      title={
        <>
          <code>{key}</code> in {environment}
        </>
      }
    >
      <Result of={explained} what="the explanation">
        {(data) => (
          <>
            <Verdict data={data} />
            <Candidates data={data} />
            <Next data={data} environment={environment} />
            {data.limits.map((limit) => (
              <Notice key={limit} look="plain">
                <p>{sentence(limit)}</p>
              </Notice>
            ))}
            <Backends data={data} />
          </>
        )}
      </Result>
      <Command text={commandLine(organization, 'resolution.explain', { environment, key })} />
    </Drawer>
  );
}

const verdicts = {
  available: ['good', 'Available.'],
  declared: ['plain', 'Declared, and not set: a job sees the name and gets no value.'],
  unavailable: ['warn', 'Unavailable: a job gets nothing rather than the wrong value.'],
  not_found: ['plain', 'Missing: no binding of this environment supplies it.'],
} as const;

function Verdict({ data }: { readonly data: Explanation }): ReactElement {
  const [look, text] = verdicts[data.status];
  return (
    <Notice look={look}>
      <strong>{text}</strong>
      {data.near.length === 0 ? undefined : <p>Did you mean {data.near.join(' or ')}?</p>}
    </Notice>
  );
}

function Candidates({ data: { candidates, blockedBy, skipped } }: { readonly data: Explanation }): ReactElement {
  return (
    <ol className={styles['list']} aria-label="Candidates in their order">
      {blockedBy.length === 0 ? undefined : (
        <li>
          {blockedBy.map((block) => (
            <div key={`${block.backend}:${block.scope ?? ''}:${block.binding}`} className={styles['wall']}>
              <span className={styles['place']}>
                {block.backend}
                {block.scope === undefined ? '' : `:${block.scope}`}
              </span>
              <p>{sentence(meaningOf(block))}</p>
              <p>Next: {hintOf(block)}.</p>
              <span className={styles['facts']}>
                <code>{block.code}</code>, bound by <code>{block.binding}</code>
              </span>
            </div>
          ))}
          <div className={styles['stop']}>nothing passes</div>
        </li>
      )}
      {candidates.map((one, index) => (
        <li key={`${one.backend}:${one.scope}:${one.sourceKey}`}>
          {one.rule === '' ? undefined : <div className={styles['rule']}>{sentence(one.rule)}</div>}
          <CandidateCard one={one} rank={index + 1} wins={index === 0 && blockedBy.length === 0} />
        </li>
      ))}
      {skipped.map((one) => (
        <li key={`${one.backend}:${one.scope}`} className={styles['rule']}>
          {one.backend}:{one.scope} is {one.code} and counts as absent, because its binding {one.binding} says so.
        </li>
      ))}
    </ol>
  );
}

interface CandidateProps {
  readonly one: Explanation['candidates'][number];
  readonly rank: number;
  readonly wins: boolean;
}

function CandidateCard({ one, rank, wins }: CandidateProps): ReactElement {
  const place = usePlaces();
  const scope = `${one.backend}:${one.scope}`;
  const facts = [
    one.declaredOnly ? 'declared, and not set' : one.version === undefined ? '' : `version ${one.version}`,
    one.problem ?? '',
    one.cachedAgeMs === undefined ? '' : `a value read ${span(one.cachedAgeMs)} ago would be served`,
  ].filter((fact) => fact !== '');
  return (
    <div className={`${styles['candidate']} ${wins ? styles['winner'] : ''}`}>
      <span className={styles['rank']}>{rank}</span>
      <Link className={styles['place']} href={place(`settings/secrets/${scopeInAddress(scope)}`)}>
        {scope} {one.sourceKey}
      </Link>
      <span className={styles['facts']}>
        {wins ? <strong>Wins. </strong> : ''}
        {facts.join(', ')}
      </span>
      <span className={styles['facts']}>
        Bound by <code>{one.binding}</code> with priority {one.priority}
      </span>
    </div>
  );
}

function Next({
  data,
  environment,
}: {
  readonly data: Explanation;
  readonly environment: string;
}): ReactElement | undefined {
  const [isSetting, setSetting] = useState(false);
  const [winner] = data.candidates;
  if (winner === undefined)
    return data.status === 'not_found' ? (
      <p>Bind a scope that holds it, or add it to a scope that {environment} binds.</p>
    ) : undefined;
  const at = { scope: `${winner.backend}:${winner.scope}`, key: winner.sourceKey };
  return (
    <div>
      <Action
        operation="secrets.set"
        input={at}
        onClick={() => {
          setSetting(true);
        }}
      >
        <Pencil aria-hidden />
        {winner.declaredOnly ? 'Set value' : 'Edit value'}
      </Action>
      {isSetting ? (
        <Suspense>
          <SecretDialog
            at={at}
            version={winner.version}
            onClose={() => {
              setSetting(false);
            }}
          />
        </Suspense>
      ) : undefined}
    </div>
  );
}

function Backends({ data: { backends } }: { readonly data: Explanation }): ReactElement {
  return (
    <dl className={pageStyles['facts']}>
      {backends.map((one) => (
        <div key={one.backend} style={{ display: 'contents' }}>
          <dt>{one.backend}</dt>
          <dd>
            {one.state.replace('_', ' ')}
            {one.code === undefined ? '' : ` (${one.code})`}
            {one.ageMs === undefined ? '' : `, ${one.ageMs < 1_000 ? 'just now' : `${span(one.ageMs)} ago`}`}
            {one.breaker === 'closed' ? '' : `, breaker ${one.breaker}`}
            {one.lastFailure === undefined ? undefined : (
              <>
                , last failure {one.lastFailure.code} <Time at={one.lastFailure.at} />
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
