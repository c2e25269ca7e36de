/** A failure under the service's name. Everything but 5xx has status 400. */
export class Refusal extends Error {
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

export const notFound = (): Refusal =>
  new Refusal('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
export const invalid = (message: string): Refusal => new Refusal('InvalidParameterException', message);
export const markedForDeletion = (): Refusal =>
  new Refusal(
    'InvalidRequestException',
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
export const accessDenied = (operation: string, service = 'secretsmanager'): Refusal =>
  new Refusal(
    'AccessDeniedException',
    `User: arn:aws:iam::111122223333:user/ci is not authorized to perform: ${service}:${operation}`,
  );
