import { posix, win32 } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFilename, toBaseName } from '../../src/official/filename.ts';

/** A header as Node gives it: each byte is one character. */
const received = (header: string) => Buffer.from(header).toString('latin1');

describe('the name in a Content-Disposition header', () => {
  it.each<[string, string | undefined]>([
    ['attachment; filename="m1.jpg"', 'm1.jpg'],
    ['attachment; filename=m1.jpg', 'm1.jpg'],
    ['attachment; filename="猫 咪.jpg"', '猫 咪.jpg'],
    ['attachment; filename="a;b.jpg"', 'a;b.jpg'],
    ['attachment; filename="say \\"hi\\".jpg"', 'say _hi_.jpg'],
    ["attachment; filename*=UTF-8''%E7%8C%AB.jpg", '猫.jpg'],
    [`attachment; filename="cat.jpg"; filename*=UTF-8''%E7%8C%AB.jpg`, '猫.jpg'],
    [`attachment; filename*=UTF-8''%E7%8C%AB.jpg; filename="cat.jpg"`, '猫.jpg'],
    ["attachment; filename*=iso-8859-1'en'caf%E9.jpg", 'café.jpg'],
    ["attachment; filename=ok.jpg; filename*=UTF-8''%E0%A4%A.jpg", 'ok.jpg'],
    ["attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", 'passwd'],
    ["attachment; filename*=UTF-8''%2Ebashrc", 'bashrc'],
    ['attachment', undefined],
    ['', undefined],
    ['attachment; filename=""', undefined],
  ])('%s gives %s', (header, name) => {
    expect(readFilename(received(header))).toBe(name);
  });
});

describe('a base name', () => {
  it.each<[string, string | undefined]>([
    ['/etc/cron.d/job', 'job'],
    ['../../.ssh/authorized_keys', 'authorized_keys'],
    ['..\\..\\windows\\win.ini', 'win.ini'],
    ['C:\\autoexec.bat', 'autoexec.bat'],
    ['C:autoexec.bat', 'C_autoexec.bat'],
    ['picture.jpg:evil.exe', 'picture.jpg_evil.exe'],
    ['.bashrc', 'bashrc'],
    ['...hidden', 'hidden'],
    [' .profile', 'profile'],
    ['\u200b.profile', 'profile'],
    ['..', undefined],
    ['.', undefined],
    ['folder/', undefined],
    ['a\0.jpg', 'a.jpg'],
    ['a\r\nX-Header: y.jpg', 'aX-Header_ y.jpg'],
    ['gpj.\u202eexe.txt', 'gpj.exe.txt'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['com1 .log', '_com1 .log'],
    ['LPT¹', '_LPT¹'],
    ['console.log', 'console.log'],
    ['tail. . .', 'tail'],
    [`${'猫'.repeat(200)}.jpg`, `${'猫'.repeat(83)}.jpg`],
  ])('of %j is %j', (name, base) => {
    expect(toBaseName(name)).toBe(base);
  });

  it('names, of whatever came, one visible file of the folder it is put into', () => {
    const part = fc.oneof(
      fc.constantFrom('..', '.', '/', '\\', 'CON', 'aux', ':', ' ', '\0', '\u202e', '猫', '%2e'),
      fc.string({ unit: 'binary' }),
    );
    const names = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(names, (name) => {
        const base = toBaseName(name);
        if (base === undefined) return;
        for (const path of [posix, win32]) {
          expect(path.basename(base)).toBe(base);
          expect(path.dirname(path.join('folder', base))).toBe('folder');
        }
        expect(base).toMatch(/^[^\s.].*(?<![\s.])$/su);
        expect(base).not.toMatch(/[\p{Cc}<>:"|?*]|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/iu);
        expect(Buffer.byteLength(base)).toBeLessThanOrEqual(255);
        expect(toBaseName(base)).toBe(base);
      }),
      { numRuns: 2000 },
    );
  });
});
