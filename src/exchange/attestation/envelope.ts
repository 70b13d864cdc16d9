/** DSSE envelopes (secure-systems-lab/dsse, version 1) with one ed25519 signature: what a statement travels in. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { sha256 } from '../../notebook/digest';

export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

export type Envelope = {
  payloadType: string;
  /** Base64. */
  payload: string;
  signatures: { keyid: string; sig: string }[];
};

/** Who signs. The key may be in a file, or where only another program can use it. */
export type Signer = { keyid: string; sign: (bytes: Uint8Array) => Promise<Uint8Array> };

export type Verifier = { keyid: string; holds: (bytes: Uint8Array, signature: Uint8Array) => boolean };

/** @throws Error where it is no private ed25519 key in PEM without a passphrase */
export function fileSigner(pem: string): Signer {
  const key = createPrivateKey(pem);
  requireEd25519(key);
  const signed = (bytes: Uint8Array): Uint8Array => sign(null, bytes, key);
  return { keyid: keyIdOf(createPublicKey(key)), sign: (bytes) => Promise.resolve(signed(bytes)) };
}

/** @returns the public half of a private key, in PEM */
export function publicKeyOf(pem: string): string {
  return createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'pem' }) as string;
}

/** @throws Error where it is no ed25519 key in PEM */
export function fileVerifier(pem: string): Verifier {
  const key = createPublicKey(pem);
  requireEd25519(key);
  return { keyid: keyIdOf(key), holds: (bytes, signature) => verify(null, bytes, key, signature) };
}

export async function sealed(payload: string, signer: Signer): Promise<Envelope> {
  const bytes = Buffer.from(payload);
  const sig = await signer.sign(preAuthEncoding(PAYLOAD_TYPE, bytes));
  return {
    payloadType: PAYLOAD_TYPE,
    payload: bytes.toString('base64'),
    signatures: [{ keyid: signer.keyid, sig: Buffer.from(sig).toString('base64') }],
  };
}

/** @returns what was signed; undefined where none of the signatures is of this key over these bytes */
export function opened(
  { payloadType, payload, signatures }: Envelope,
  verifier: Verifier,
): string | undefined {
  const bytes = Buffer.from(payload, 'base64');
  const encoded = preAuthEncoding(payloadType, bytes);
  const holds = signatures.some(({ sig }) => verifier.holds(encoded, Buffer.from(sig, 'base64')));
  return holds ? bytes.toString('utf8') : undefined;
}

/** What is signed: type and payload, each with its length, so that neither can be taken for the other. */
function preAuthEncoding(type: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** sha256 of the key as its DER-encoded SubjectPublicKeyInfo. */
function keyIdOf(key: KeyObject): string {
  return sha256(key.export({ type: 'spki', format: 'der' }));
}

function requireEd25519({ asymmetricKeyType }: KeyObject): void {
  if (asymmetricKeyType !== 'ed25519') throw new Error(`it is of the kind ${asymmetricKeyType}`);
}
