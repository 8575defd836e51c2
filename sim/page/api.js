// The simulator's control API.

export class Refused extends Error {
  constructor(status, answer) {
    const field = answer?.details?.api_name;
    super(answer?.error ?? (answer?.message ? `${field ? field + ': ' : ''}${answer.message} (${answer.code})` : `status ${status}`));
    this.name = 'Refused';
    this.field = field;
  }
}

async function call(path, options) {
  const answer = await fetch('/control/' + path, {signal: AbortSignal.timeout(30000), ...options});
  const body = await answer.json();
  if (!answer.ok) throw new Refused(answer.status, body.data?.[0] ?? body);
  return body;
}

export const ask = (path, params = {}) => {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== '' && value !== undefined));
  return call(query.size ? `${path}?${query}` : path);
};
export const act = (path, body = {}) => call(path, {method: 'POST', body: JSON.stringify(body)});
export const remove = path => call(path, {method: 'DELETE'});
