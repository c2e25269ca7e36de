import { runConformance } from '@kici-dev/secret-backend-conformance';
import { describe, it } from 'vitest';
import { capabilities } from '../capabilities.ts';
import { harness, notProven } from './suite.ts';

runConformance({ describe, test: it }, { name: 'internal (SQLite)', capabilities, harness, notProven });
