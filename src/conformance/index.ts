export { faults, type Fault, type Harness, type Provocations, type SeededSecret, type Subject } from './harness.ts';
