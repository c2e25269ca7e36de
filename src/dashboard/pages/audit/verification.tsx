import { useState, type ReactElement, type ReactNode } from 'react';
import type { Progress } from '../../../api/answer-lines.ts';
import { commandLine } from '../../api/command-line.ts';
import { useOrganization } from '../../shell/address.ts';
import { Button } from '../../ui/button.tsx';
import { Action } from '../../ui/action.tsx';
import { Command } from '../../ui/copy.tsx';
import { TextField } from '../../ui/field.tsx';
import { ErrorNotice, Notice, sentence } from '../../ui/notice.tsx';
import { pageStyles } from '../../ui/page.tsx';
import { count, Time } from '../../ui/time.tsx';
import { WriteDialog } from '../../ui/write-dialog.tsx';
import { actorName } from '../../api/actor.ts';
import { useVerification, type Verified } from './use-verification.ts';
import styles from './audit.module.css';

/** Whether anybody has changed the log outside the orchestrator. */
export function Verification(): ReactElement {
  const organization = useOrganization();
  const { data, error, isFetching, progress, refetch, cancel } = useVerification();
  const again = (): void => {
    void refetch();
  };
  return (
    <div className={pageStyles['padded']} style={{ paddingBottom: 12 }}>
      {error === null || isFetching ? undefined : <ErrorNotice error={error} retry={again} />}
      {data === undefined && error !== null && !isFetching ? undefined : (
        <>
          <Notice look={data === undefined ? 'plain' : data.intact ? 'good' : 'bad'}>
            {data === undefined ? (
              <strong>{isFetching ? 'Verifying the log.' : 'The log is not verified.'}</strong>
            ) : (
              <Verdict {...data} />
            )}
          </Notice>
          {/* One button, which keeps the focus. */}
          <div className={styles['foot']}>
            <Button look="quiet" onClick={isFetching ? cancel : again}>
              {isFetching ? 'Cancel' : data === undefined ? 'Verify' : 'Verify again'}
            </Button>
            {data === undefined ? undefined : (
              <span>
                Verified <Time at={data.at} />
              </span>
            )}
          </div>
        </>
      )}
      {isFetching && progress !== undefined ? <HowFar {...progress} /> : undefined}
      {data === undefined || data.intact ? undefined : (
        <>
          <Command text={commandLine(organization, 'audit.verify', {})} />
          <Acknowledge problems={data.problems.filter(({ acknowledged }) => !acknowledged)} verify={again} />
        </>
      )}
    </div>
  );
}

function HowFar({ done, of }: Progress): ReactElement {
  return (
    <label className={styles['far']}>
      {of === 0
        ? 'Waiting until another walk through the log has ended'
        : `${done.toLocaleString('en')} of ${count(of, 'row')}`}
      <progress {...(of > 0 && { max: of, value: done })} />
    </label>
  );
}

function Verdict({ intact, rows, openIntents, problems, acknowledgement }: Verified): ReactElement {
  return (
    <>
      <strong>{intact ? `Intact: ${count(rows, 'row')} verified.` : 'The log was tampered with.'}</strong>
      <Problems problems={problems} />
      {openIntents.length === 0 ? undefined : (
        <p>Begun and never finished, as far as the log shows: {openIntents.map((row) => `row ${row}`).join(', ')}.</p>
      )}
      {acknowledgement === undefined ? undefined : (
        <p>
          Acknowledged by {actorName(acknowledgement.actor)}: {acknowledgement.reason}
        </p>
      )}
    </>
  );
}

interface ProblemsProps {
  readonly problems: Verified['problems'];
}

function Problems({ problems }: ProblemsProps): ReactNode {
  return problems.map(({ sequence, problem, acknowledged }) => (
    <p key={`${sequence} ${problem}`}>
      Row {sequence}: {sentence(problem)} {acknowledged ? '(acknowledged)' : ''}
    </p>
  ));
}

interface AcknowledgeProps extends ProblemsProps {
  readonly verify: () => void;
}

function Acknowledge(props: AcknowledgeProps): ReactElement | undefined {
  const [isOpen, setOpen] = useState(false);
  if (props.problems.length === 0) return undefined;
  return (
    <div>
      <Action
        operation="audit.acknowledge"
        input={{}}
        onClick={() => {
          setOpen(true);
        }}
      >
        Acknowledge
      </Action>
      {isOpen ? (
        <AcknowledgeDialog
          {...props}
          onClose={() => {
            setOpen(false);
          }}
        />
      ) : undefined}
    </div>
  );
}

interface AcknowledgeDialogProps extends AcknowledgeProps {
  readonly onClose: () => void;
}

/** Acknowledges what it shows, and nothing that was found since. */
function AcknowledgeDialog({ problems, verify, onClose }: AcknowledgeDialogProps): ReactElement {
  const [reason, setReason] = useState('');
  return (
    <WriteDialog
      title="Acknowledge the problems of the log"
      operation="audit.acknowledge"
      input={{ reason, seen: problems.map(({ sequence, problem }) => ({ sequence, problem })) }}
      verb="Acknowledge"
      isReady={reason.trim() !== ''}
      done={() => 'Acknowledged. The log is written on, and tells of the break for ever.'}
      onDone={verify}
      onFailed={({ code }) => {
        if (code === 'conflict') verify();
      }}
      onClose={onClose}
    >
      <p>The problems stay named in the log; new rows are appended behind them.</p>
      <Problems problems={problems} />
      <TextField
        label="Reason"
        autoFocus
        value={reason}
        onText={setReason}
        note="What has happened; it goes into the log."
      />
    </WriteDialog>
  );
}
