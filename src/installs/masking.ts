/** Keeps the prefix and the last four characters of tokens, codes and secrets: enough to distinguish two. */
export function masked(text: string): string {
  return text
    .replace(/\b(lk[a-z]_)\w+(\w{4})\b/g, '$1***$2')
    .replace(/("code_verifier": ?")[^"]+(?=")/g, '$1***')
    .replace(/([?&]code=|code_verifier=)[^&\s'"]+/g, (all, name: string) =>
      all.startsWith(`${name}lk`) ? all : `${name}***`,
    )
}
