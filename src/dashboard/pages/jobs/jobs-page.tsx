import type { ReactElement } from 'react';
import { Page } from '../../ui/page.tsx';

export default function JobsPage(): ReactElement {
  return <Page title="Jobs">{undefined}</Page>;
}
