/** Values that a tab keeps when its page is loaded again; for nobody where storage is forbidden. */

export function find(name) {
  try {
    return sessionStorage.getItem(`wechat-simulator-${name}`) ?? '';
  } catch {
    return '';
  }
}

export function keep(name, value) {
  try {
    sessionStorage.setItem(`wechat-simulator-${name}`, value);
  } catch {
    // Then each visit begins from the start.
  }
}
