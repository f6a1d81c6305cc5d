export declare function makeReport(subject: string): Promise<string>;
