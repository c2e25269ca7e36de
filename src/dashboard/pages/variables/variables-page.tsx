import { Lock, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { Redirect, useParams } from 'wouter';
import { useRead } from '../../api/queries.ts';
import { decoded, useGo, usePlaces } from '../../shell/address.ts';
import { Action } from '../../ui/action.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Choice } from '../../ui/field.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Page, pageStyles } from '../../ui/page.tsx';
import { Result } from '../../ui/result.tsx';
import { Time } from '../../ui/time.tsx';
import { useChanged } from '../../ui/use-changed.ts';
import type { Variable } from './variable.ts';
import { VariableDialog } from './variable-dialog.tsx';
import { RowAction, RowActions, Table } from '../../ui/table.tsx';

type Doing =
  { readonly kind: 'set'; readonly variable?: Variable } | { readonly kind: 'delete'; readonly variable: Variable };

/** Plain settings of an environment; only the command line changes a locked one. */
export default function VariablesPage(): ReactElement {
  const environments = useRead('environments.list', {});
  const { environment: chosen } = useParams<{ environment?: string }>();
  const go = useGo();
  const place = usePlaces();
  const names = environments.data?.environments.map(({ name }) => name) ?? [];
  const environment = chosen === undefined ? undefined : decoded(chosen);
  const [doing, setDoing] = useState<Doing>();
  const listed = useRead('variables.list', { environment: environment ?? '' }, { enabled: environment !== undefined });
  const [first] = names;
  // In the address it stays the same, whatever environments come and go under a form.
  if (chosen === undefined && first !== undefined)
    return <Redirect replace to={place(`settings/variables/${encodeURIComponent(first)}`)} />;
  return (
    <Page
      title="Variables"
      data={listed.data}
      lead="Plain values that are part of every step’s environment. Unlike secrets, they are shown to anyone who may read them."
      actions={
        environment === undefined ? undefined : (
          <Action
            look="primary"
            operation="variables.set"
            input={{ environment }}
            onClick={() => {
              setDoing({ kind: 'set' });
            }}
          >
            <Plus aria-hidden />
            Add variable
          </Action>
        )
      }
      tools={
        names.length === 0 ? undefined : (
          <Choice
            label="Environment"
            value={environment}
            onText={(name) => {
              go(`settings/variables/${encodeURIComponent(name)}`);
            }}
          >
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Choice>
        )
      }
    >
      <Result of={environments} what="the environments">
        {() =>
          environment === undefined ? (
            <Empty title="No environment yet">
              <p>Variables belong to an environment: create one on the Environments page first.</p>
            </Empty>
          ) : (
            <VariableTable key={environment} environment={environment} onDo={setDoing} />
          )
        }
      </Result>
      {doing?.kind === 'set' && environment !== undefined ? (
        <VariableDialog
          environment={environment}
          variable={doing.variable}
          onClose={() => {
            setDoing(undefined);
          }}
        />
      ) : undefined}
      {doing?.kind === 'delete' && environment !== undefined ? (
        <DeleteDialog
          environment={environment}
          variable={doing.variable}
          onClose={() => {
            setDoing(undefined);
          }}
        />
      ) : undefined}
    </Page>
  );
}

const lockedGate = {
  why: 'This variable is locked: the dashboard cannot change it, whatever its policy says.',
  next: 'With a token, change it with:',
};

interface TableProps {
  readonly environment: string;
  readonly onDo: (doing: Doing) => void;
}

function VariableTable({ environment, onDo }: TableProps): ReactElement {
  const listed = useRead('variables.list', { environment });
  const changed = useChanged(listed.data?.variables, ({ name }) => name);
  return (
    <Result of={listed} what="the variables">
      {({ variables }) =>
        variables.length === 0 ? (
          <Empty title={`No variable in ${environment} yet`}>
            <p>Add one for what is not a secret, such as a region or a log level.</p>
          </Empty>
        ) : (
          <Table headings={['Name', 'Value', 'Locked', 'Changed']} hasActions>
            {variables.map((variable) => {
              const { name, value, locked, updatedAt } = variable;
              const gate = locked ? lockedGate : undefined;
              return (
                <tr key={name} className={changed.has(name) ? pageStyles['changed'] : undefined}>
                  <td className={pageStyles['mono']}>{name}</td>
                  <td className={pageStyles['mono']}>{value}</td>
                  <td>
                    {locked ? (
                      <span className={pageStyles['chip']}>
                        <Lock aria-hidden width={11} height={11} /> locked
                      </span>
                    ) : undefined}
                  </td>
                  <td>
                    <Time at={updatedAt} />
                  </td>
                  <RowActions>
                    <RowAction
                      operation="variables.set"
                      input={{ environment, name }}
                      gate={gate}
                      icon={Pencil}
                      verb="Change"
                      of={name}
                      onClick={() => {
                        onDo({ kind: 'set', variable });
                      }}
                    />
                    <RowAction
                      operation="variables.delete"
                      input={{ environment, name }}
                      gate={gate}
                      icon={Trash2}
                      verb="Delete"
                      of={name}
                      onClick={() => {
                        onDo({ kind: 'delete', variable });
                      }}
                    />
                  </RowActions>
                </tr>
              );
            })}
          </Table>
        )
      }
    </Result>
  );
}

interface DeleteProps {
  readonly environment: string;
  readonly variable: Variable;
  readonly onClose: () => void;
}

function DeleteDialog({ environment, variable: { name, version }, onClose }: DeleteProps): ReactElement {
  return (
    <ConfirmDialog
      title={`Delete ${name}`}
      name={name}
      operation="variables.delete"
      input={{ environment, name, expectedVersion: version }}
      verb="Delete variable"
      done={() => `Deleted ${name} from ${environment}.`}
      onClose={onClose}
    >
      <p>Steps of jobs in {environment} that start after this do not have it.</p>
    </ConfirmDialog>
  );
}
