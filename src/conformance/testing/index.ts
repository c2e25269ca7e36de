export { concurrentRunner } from './concurrent-runner.ts';
export { FaultScript } from './fault-script.ts';
export { sendAnswer, type HttpAnswer } from './http-answer.ts';
export { startHttpFake, type FakeService, type HttpFake, type HttpRequest } from './http-fake.ts';
export { describeLane, missingVariable, type Lane } from './lane.ts';
export { listen, type Listening } from './listen.ts';
export { isPadded, padBytes, padObject, type PaddingFault } from './padding.ts';
export { settingsTable } from './settings-table.ts';
export { testHost } from './test-host.ts';
