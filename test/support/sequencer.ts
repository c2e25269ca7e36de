import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that wait for servers, containers and deadlines start first, so that the run does not end waiting for one of
 * them.
 */
const slow =
  /^(?:backends\/[^/]+\/test\/(?:conformance|container|localstack|moto|openbao)|test\/(?:agent|e2e|dashboard|internal-backend\/conformance)|test\/(?:masker\/large|packaging\/published|deploy\/compose))/;

export class SlowFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- vitest's own, which returns a new array
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId, project }: TestSpecification): boolean =>
      slow.test(relative(project.config.root, moduleId));
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}
