/** The key that verdicts are signed with from the editor. It never leaves the editor's secret storage but as a signature. */
import { generateKeyPairSync } from 'node:crypto';
import type { SecretStorage } from 'vscode';
import { fileSigner, publicKeyOf, type Signer } from '../../exchange/attestation/envelope';

const SECRET = 'reprise.signingKey';

export class SigningKey {
  constructor(private readonly secrets: Pick<SecretStorage, 'get' | 'store' | 'delete'>) {}

  async signer(): Promise<Signer | undefined> {
    const pem = await this.secrets.get(SECRET);
    return pem === undefined ? undefined : fileSigner(pem);
  }

  /** In PEM, for those who check what was signed. */
  async publicKey(): Promise<string | undefined> {
    const pem = await this.secrets.get(SECRET);
    return pem === undefined ? undefined : publicKeyOf(pem);
  }

  /** Takes the place of the one that was there. */
  async make(): Promise<Signer> {
    const { privateKey } = generateKeyPairSync('ed25519');
    return this.take(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  }

  /** @throws Error where it is no private ed25519 key in PEM without a passphrase; what was there is kept */
  async take(pem: string): Promise<Signer> {
    const signer = fileSigner(pem);
    await this.secrets.store(SECRET, pem);
    return signer;
  }

  async forget(): Promise<void> {
    await this.secrets.delete(SECRET);
  }
}
