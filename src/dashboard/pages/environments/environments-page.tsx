import type { ReactElement } from 'react';
import { Page } from '../../ui/page.tsx';

export default function EnvironmentsPage(): ReactElement {
  return <Page title="Environments">{undefined}</Page>;
}
