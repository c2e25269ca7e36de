import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Where files wait for servers, containers and deadlines: as the last to begin, one of them would be waited for by all.
 */
const slow =
  /^(?:backends\/[^/]+\/test\/(?:conformance|container|localstack|moto|openbao)|test\/(?:agent|e2e|dashboard)\/)/;

export class SlowFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- vitest's own, which gives a new one
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId, project }: TestSpecification): boolean =>
      slow.test(relative(project.config.root, moduleId));
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}
