export { codebookSizeSpec, SIZE_METHODS } from '../../experiment/codebookSize';
export type { CodebookSizeSpec, SizeMethod } from '../../experiment/codebookSize';
export type { SourceRef } from '../../experiment/source';
