import { nodeDisk, type Disk } from '../../../src/apply/disk.ts';

/**
 * A disk that calls back after every single change it makes. Writing is two changes: files are torn in the middle.
 */
export function watchedDisk(onChange: () => void): Disk {
  const watched = <A extends unknown[], R>(operation: (...args: A) => R) => {
    return (...args: A): R => {
      const result = operation(...args);
      onChange();
      return result;
    };
  };
  return {
    ...nodeDisk,
    create: watched(nodeDisk.create),
    write: (handle, bytes) => {
      const half = Math.ceil(bytes.length / 2);
      for (const part of [bytes.subarray(0, half), bytes.subarray(half)]) {
        nodeDisk.write(handle, part);
        onChange();
      }
    },
    own: watched(nodeDisk.own),
    flush: watched(nodeDisk.flush),
    close: watched(nodeDisk.close),
    rename: watched(nodeDisk.rename),
    unlink: watched(nodeDisk.unlink),
    makeDirectory: watched(nodeDisk.makeDirectory),
    removeDirectory: watched(nodeDisk.removeDirectory),
    flushDirectory: watched(nodeDisk.flushDirectory),
  };
}

/** From the n-th change on nothing changes any more: what a process leaves behind that dies there. */
export function dyingDisk(n: number): { disk: Disk; isDead(): boolean } {
  let count = 0;
  const alive = watchedDisk(() => (count += 1));
  const mortal = <A extends unknown[], R>(operation: (...args: A) => R) => {
    return (...args: A): R => {
      if (count >= n) throw new Error('dead');
      return operation(...args);
    };
  };
  const disk: Disk = {
    ...alive,
    create: mortal(alive.create),
    write: mortal(alive.write),
    own: mortal(alive.own),
    flush: mortal(alive.flush),
    rename: mortal(alive.rename),
    unlink: mortal(alive.unlink),
    makeDirectory: mortal(alive.makeDirectory),
    removeDirectory: mortal(alive.removeDirectory),
    flushDirectory: mortal(alive.flushDirectory),
  };
  return { disk, isDead: () => count >= n };
}
