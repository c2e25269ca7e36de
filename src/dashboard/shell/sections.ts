import {
  Activity,
  Database,
  FileClock,
  Grid3x3,
  KeyRound,
  Layers,
  ShieldCheck,
  SlidersHorizontal,
  Users,
  type LucideIcon,
} from 'lucide-react';

export interface Section {
  readonly title: string;
  readonly path: string;
  readonly icon: LucideIcon;
  readonly group?: 'Settings';
  /** Whether it has a place of its own on a narrow screen. */
  readonly isFirst?: true;
}

/** The sections of the page, most used first. */
export const sections: readonly Section[] = [
  { title: 'Grid', path: 'grid', icon: Grid3x3, isFirst: true },
  { title: 'Secrets', path: 'settings/secrets', icon: KeyRound, group: 'Settings', isFirst: true },
  { title: 'Variables', path: 'settings/variables', icon: SlidersHorizontal, group: 'Settings' },
  { title: 'Backends', path: 'settings/backends', icon: Database, group: 'Settings' },
  { title: 'Policy', path: 'settings/policy', icon: ShieldCheck, group: 'Settings' },
  { title: 'Environments', path: 'environments', icon: Layers, isFirst: true },
  { title: 'Jobs', path: 'jobs', icon: Activity },
  { title: 'Audit', path: 'audit', icon: FileClock, isFirst: true },
  { title: 'Access', path: 'access', icon: Users },
];
