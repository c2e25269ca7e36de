import type { ReactElement } from 'react';
import { Page } from '../../ui/page.tsx';

export default function VariablesPage(): ReactElement {
  return <Page title="Variables">{undefined}</Page>;
}
