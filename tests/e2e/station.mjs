// A small festival of its own, for tests of what becomes of screens and players: films made by GStreamer, a
// server that can be killed and started again, with this certificate or that, and a cable that can be cut.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

const kFaketime = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

const kConfig = `
[house]
speed_preset = "ultrafast"
rungs = [{ name = "180p", width = 320, height = 180, max_kbps = 300 }]
`;

/** A film of ten seconds: what makes its picture, and what is said of it. */
const kFilms = {
  boats: ['ball', { title: { en: 'Paper Boats', zh: '纸船', ru: 'Бумажные кораблики' }, author: '林小满', country: 'CN' }],
  tram: ['smpte', { title: { en: 'Night Tram', zh: '夜间电车', ru: 'Ночной трамвай' }, author: 'Анна Белова', country: 'RU' }],
};

export class Station {
  /** Films are prepared, and on the channel "main"; the server does not run yet. */
  static async make() {
    const build = process.env.MATINEE_BUILD;
    const source = process.env.MATINEE_SOURCE;
    assert.ok(build && source, 'MATINEE_BUILD and MATINEE_SOURCE must be set');
    const folder = await mkdtemp(path.join(os.tmpdir(), 'matinee-station-'));
    const station = new Station(build, source, folder);
    await mkdir(path.join(folder, 'films'));
    await mkdir(station.data);
    await cp(path.join(source, 'web/dist'), station.web, { recursive: true });
    await writeFile(path.join(station.data, 'matinee.toml'), kConfig);
    for (const [name, [pattern, description]] of Object.entries(kFilms)) {
      await run('gst-launch-1.0', ['-q', 'videotestsrc', 'num-buffers=250', `pattern=${pattern}`,
        '!', 'video/x-raw,width=320,height=180,framerate=25/1', '!', 'x264enc', 'speed-preset=ultrafast',
        '!', 'h264parse', '!', 'mp4mux', '!', 'filesink', `location=${folder}/films/${name}.mp4`]);
      await writeFile(path.join(folder, `films/${name}.json`), JSON.stringify(description));
    }
    await station.matinee('import', path.join(folder, 'films'));
    await station.matinee('channel', 'add', 'main');
    return station;
  }

  constructor(build, source, folder) {
    this.program = path.join(build, 'src/app/matinee');
    this.artifacts = path.join(build, 'artifacts');
    this.source = source;
    this.folder = folder;
    this.data = path.join(folder, 'data');
    this.web = path.join(folder, 'web'); // a copy of the pages, that may be changed
    this.port = 0;
    this.child = null;
  }

  get origin() {
    return `https://127.0.0.1:${this.port}`;
  }

  get master() {
    return `${this.origin}/channels/main/master.m3u8`;
  }

  /** Runs the command line on the station's data. */
  matinee(...args) {
    return run(this.program, [...args, '--data', this.data]);
  }

  /** On the port it had before; `ahead` seconds of the true time. */
  async serve({ ahead = 0 } = {}) {
    const faked = { LD_PRELOAD: kFaketime, FAKETIME: `+${ahead}s`, FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' };
    this.child = spawn(this.program, ['serve', '--data', this.data, '--listen', `127.0.0.1:${this.port}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, MATINEE_WEB: this.web, ...(ahead ? faked : {}) },
    });
    const lines = [];
    for await (const line of createInterface({ input: this.child.stdout })) {
      lines.push(line);
      const playlist = line.match(/playlist\s+(https:\S+)/);
      if (!playlist) continue;
      this.child.stdout.resume();
      this.port = Number(new URL(playlist[1]).port);
      return;
    }
    throw new Error(`the server ended before it served:\n${lines.join('\n')}`);
  }

  async stop(signal = 'SIGTERM') {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** Has the server make another certificate, and puts it aside; what browsers know its key by. */
  async makeCertificate(name) {
    await rm(path.join(this.data, 'tls'), { recursive: true, force: true });
    await this.serve();
    await this.stop();
    await rename(path.join(this.data, 'tls'), path.join(this.folder, `tls-${name}`));
    const { publicKey } = new X509Certificate(await readFile(path.join(this.folder, `tls-${name}/server.pem`)));
    return createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('base64');
  }

  /** From its next start on the server has this one. */
  async useCertificate(name) {
    await cp(path.join(this.folder, `tls-${name}`), path.join(this.data, 'tls'), { recursive: true, force: true });
  }

  /** Gives the server another page for screens, with a script of another name. */
  async changePage() {
    const file = path.join(this.web, 'screen.html');
    const page = await readFile(file, 'utf8');
    const [, script] = page.match(/src="\/assets\/(screen-[A-Z2-7]{8}\.js)"/);
    const other = `screen-${[...script.slice(7, 15)].reverse().join('')}.js`;
    await cp(path.join(this.web, 'assets', script), path.join(this.web, 'assets', other));
    await writeFile(file, page.replaceAll(script, other));
    await rm(path.join(this.web, 'assets', script));
    return `/assets/${other}`;
  }

  async remove() {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Between a browser and a server, on loopback. While it is cut nothing gets through, and nobody is told. */
export class Cable {
  static async lay(station) {
    const cable = new Cable(station);
    cable.listener.listen(0, '127.0.0.1');
    await once(cable.listener, 'listening');
    return cable;
  }

  constructor(station) {
    this.whole = true;
    this.wires = new Set();
    this.listener = net.createServer({ pauseOnConnect: true }, (near) => {
      const wire = { near, far: null, connect: () => this.connect(wire, station.port) };
      this.wires.add(wire);
      near.on('error', () => near.destroy());
      near.on('close', () => {
        wire.far?.destroy();
        this.wires.delete(wire);
      });
      if (this.whole) wire.connect();
    });
  }

  get origin() {
    return `https://127.0.0.1:${this.listener.address().port}`;
  }

  cut() {
    this.whole = false;
    for (const { near, far } of this.wires) {
      near.pause();
      far?.pause();
    }
  }

  mend() {
    this.whole = true;
    for (const wire of this.wires) {
      if (!wire.far) wire.connect();
      wire.near.resume();
      wire.far.resume();
    }
  }

  remove() {
    for (const { near } of this.wires) near.destroy();
    this.listener.close();
  }

  connect(wire, port) {
    const { near } = wire;
    const far = net.connect(port, '127.0.0.1');
    wire.far = far;
    const pass = (from, to) => {
      from.on('data', (bytes) => {
        if (to.write(bytes)) return;
        from.pause();
        to.once('drain', () => this.whole && from.resume());
      });
    };
    pass(near, far);
    pass(far, near);
    far.on('error', () => near.destroy());
    far.on('close', () => near.destroy());
    near.resume();
  }
}
