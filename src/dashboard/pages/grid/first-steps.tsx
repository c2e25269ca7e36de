import { Plus } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { flushSync } from 'react-dom';
import { commandLine } from '../../api/command-line.ts';
import { useWrite } from '../../api/queries.ts';
import { useOrganization } from '../../shell/address.ts';
import { Action } from '../../ui/action.tsx';
import { Command } from '../../ui/copy.tsx';
import { DiscardQuestion } from '../../ui/discard-question.tsx';
import { useDraft } from '../../ui/drafts.ts';
import { TextField } from '../../ui/field.tsx';
import { Empty, ErrorNotice } from '../../ui/notice.tsx';

const proposed = 'production';

/** What to do first, as commands; the first of them is done here on a click. */
export function FirstSteps(): ReactElement {
  const organization = useOrganization();
  const [name, setName] = useState(proposed);
  const [asking, setAsking] = useState<{ readonly goOn: () => void }>();
  useDraft(name !== proposed, (goOn) => {
    setAsking({ goOn });
  });
  const { mutate, error, isPending } = useWrite('environments.create');
  const input = { name, bind: [name] };
  const command = commandLine(organization, 'environments.create', input);
  return (
    <Empty title="No environment yet">
      <p>
        A job runs in an environment, which binds the scopes that its secrets come from. Three steps lead to the first
        one:
      </p>
      <h3>1. Create an environment that binds a scope of the same name</h3>
      <div>
        <TextField label="Name" isMono value={name} onText={setName} />
      </div>
      <div>
        <Command text={command} />
      </div>
      {asking === undefined ? undefined : (
        <DiscardQuestion
          text="The name that you typed is lost when you leave."
          onKeep={() => {
            setAsking(undefined);
          }}
          onDiscard={() => {
            flushSync(() => {
              setName(proposed);
              setAsking(undefined);
            });
            asking.goOn();
          }}
        />
      )}
      {error === null ? undefined : (
        <div>
          <ErrorNotice error={error} />
        </div>
      )}
      <Action
        look="primary"
        operation="environments.create"
        input={input}
        disabled={isPending}
        onClick={() => {
          mutate(input);
        }}
      >
        <Plus aria-hidden />
        Create environment
      </Action>
      <h3>2. Set a secret in that scope</h3>
      <div>
        <Command text={commandLine(organization, 'secrets.set', { scope: name, key: 'DB_PASSWORD' })} />
      </div>
      <h3>3. See what a job would get</h3>
      <div>
        <Command text={commandLine(organization, 'resolution.explain', { environment: name, key: 'DB_PASSWORD' })} />
      </div>
    </Empty>
  );
}
