import type { ServerResponse } from 'node:http';
import { mockServices } from '@backstage/backend-test-utils';
import { answerError } from './refusal';

describe('the answer to an error', () => {
  it.each([undefined, null, 'text', new Error('text')])(
    'is 503 for %p, which is logged',
    error => {
      const response = { writeHead: jest.fn(), end: jest.fn() };
      const logger = mockServices.logger.mock();
      answerError(response as unknown as ServerResponse, error, logger);
      expect(response.writeHead).toHaveBeenCalledWith(503, expect.anything());
      expect(logger.warn).toHaveBeenCalledTimes(1);
    },
  );
});
