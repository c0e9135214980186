import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface TlsIdentity {
  key: string;
  cert: string;
  /** For `NODE_EXTRA_CA_CERTS` of child processes. */
  file: string;
  discard(): void;
}

/** A key and a self-signed certificate for localhost, made on the spot (RFC 5280), and its certificate in a file. */
export function tlsIdentity(): TlsIdentity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(set(sequence(oid('55 04 03'), tlv(0x0c, Buffer.from('add-auth tests')))));
  const signature = sequence(oid('2a 86 48 ce 3d 04 03 02'));
  const extensions = sequence(
    sequence(oid('55 1d 13'), tlv(0x01, Buffer.from([0xff])), octets(sequence(tlv(0x01, Buffer.from([0xff]))))),
    sequence(
      oid('55 1d 11'),
      octets(sequence(tlv(0x82, Buffer.from('localhost')), tlv(0x87, Buffer.from([127, 0, 0, 1])))),
    ),
  );
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1])),
    signature,
    name,
    sequence(time('20200101000000Z'), time('20991231000000Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, extensions),
  );
  const bits = tlv(
    0x03,
    Buffer.concat([
      Buffer.from([0]),
      sign('sha256', body, createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))),
    ]),
  );
  const encoded = sequence(body, signature, bits)
    .toString('base64')
    .replace(/(.{64})/g, '$1\n');
  const cert = `-----BEGIN CERTIFICATE-----\n${encoded}\n-----END CERTIFICATE-----\n`;
  const dir = mkdtempSync(path.join(tmpdir(), 'add-auth-tls-'));
  const file = path.join(dir, 'ca.pem');
  writeFileSync(file, cert);
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { key, cert, file, discard: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Tag, length, value (X.690 §8.1). */
function tlv(tag: number, value: Buffer): Buffer {
  const size = value.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}
const sequence = (...parts: Buffer[]): Buffer => tlv(0x30, Buffer.concat(parts));
const set = (...parts: Buffer[]): Buffer => tlv(0x31, Buffer.concat(parts));
const octets = (value: Buffer): Buffer => tlv(0x04, value);
const time = (text: string): Buffer => tlv(0x18, Buffer.from(text));
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex.replaceAll(' ', ''), 'hex'));
