import type { ReactElement } from 'react';
import { Page } from '../../ui/page.tsx';

export default function AccessPage(): ReactElement {
  return <Page title="Access">{undefined}</Page>;
}
