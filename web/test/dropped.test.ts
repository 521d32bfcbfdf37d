import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesWithin, type DroppedEntry } from '../src/studio/dropped';

const fileOf = (name: string) =>
  ({ name, isFile: true, isDirectory: false, file: (done: (file: File) => void) => done(new File(['x'], name)) });
function folderOf(name: string, children: readonly DroppedEntry[], atOnce = 2) {
  return {
    name, isFile: false, isDirectory: true,
    createReader() {
      const rest = [...children];
      return { readEntries: (done: (some: readonly DroppedEntry[]) => void) => done(rest.splice(0, atOnce)) };
    },
  };
}
const gone = { name: 'gone.mp4', isFile: true, isDirectory: false, file: (_: unknown, failed: (error: unknown) => void) => failed(new Error('gone')) };

test('a folder that is dropped gives the files of all its folders, a few at a time', async () => {
  const folder = folderOf('entries', [
    fileOf('tram.mp4'), fileOf('.DS_Store'), gone,
    folderOf('boats', [fileOf('boats.zh.srt'), fileOf('boats.mp4'), fileOf('boats.ru.srt')]), folderOf('.git', [fileOf('x')]),
    folderOf('empty', []),
  ]);
  assert.deepEqual((await filesWithin(folder)).map(({ name }) => name), ['boats.mp4', 'boats.ru.srt', 'boats.zh.srt', 'tram.mp4']);
  assert.deepEqual((await filesWithin(fileOf('one.mp4'))).map(({ name }) => name), ['one.mp4']);
});
