interface Database {
  removeAccount(appid: string): Promise<void>;
}

export declare const database: Database;
