// A zohosim of its own for each test file, on a free port; ended with the file.
import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';

export async function startZohosim(...options) {
  const program = process.env.ZS_ZOHOSIM;
  if (!program) throw new Error('ZS_ZOHOSIM must name the zohosim to test');
  const child = spawn(program, ['--listen', '127.0.0.1:0', ...options], {stdio: ['ignore', 'pipe', 'inherit']});
  const ended = new Promise(resolve => child.on('exit', resolve));
  const origin = await new Promise((resolve, reject) => {
    child.on('exit', code => reject(new Error(`zohosim ended with ${code}`)));
    child.on('error', reject);
    createInterface({input: child.stdout}).once('line', line => resolve(line.match(/http:\/\/[^/]+/)[0]));
  });
  const control = async (method, path, body) => {
    const answer = await fetch(`${origin}/control/${path}`, {method, body: body && JSON.stringify(body)});
    const json = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(json)}`);
    return json;
  };
  return {
    origin,
    pid: child.pid,
    get: path => control('GET', path),
    post: (path, body = {}) => control('POST', path, body),
    remove: path => control('DELETE', path),
    /** Ends it as a service manager would; gives the exit code. */
    stop: () => { child.kill('SIGTERM'); return ended; },
  };
}
