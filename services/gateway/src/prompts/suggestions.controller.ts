import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { CodedError, type AnswerOf } from '@propago/contracts';
import { Answers } from '@propago/runtime';
import { CurrentCaller, type Caller } from '../access/caller';
import { RequireScope } from '../access/require-scope';
import { RunParameter } from '../http/open-api/parameters';
import { Refuses } from '../http/open-api/refuses';
import { SuggestionsService } from './suggestions.service';

const COUNT = { fallback: 5, most: 50 };

/** Where a person should look next. */
@ApiTags('runs')
@RequireScope('runs:read')
@RunParameter()
@Controller('v1/runs/:id/suggestions')
export class SuggestionsController {
  constructor(private readonly suggestions: SuggestionsService) {}

  @Get()
  @ApiOperation({
    summary: 'The frames whose correction would help most, the best first',
    description:
      'Judged by how far the labels of each mask have spread beyond it, and by how many frames lie nearer to the correction ' +
      'than to a prompt. Of a run at work: by the masks that are there already. Fewer than asked for where no more would help.',
  })
  @ApiQuery({
    name: 'count',
    required: false,
    description: `How many at most; ${COUNT.fallback} by default`,
    schema: { type: 'integer', minimum: 1, maximum: COUNT.most, default: COUNT.fallback },
  })
  @Answers('SuggestionList')
  @Refuses('RUN_NOT_FOUND', 'OPTION_OUT_OF_RANGE')
  listSuggestions(
    @Param('id') id: string,
    @CurrentCaller() caller: Caller,
    @Query('count') count?: string,
  ): Promise<AnswerOf<'SuggestionList'>> {
    return this.suggestions.of(id, caller, countOf(count));
  }
}

/** @throws CodedError OPTION_OUT_OF_RANGE */
function countOf(count: string | undefined): number {
  if (count === undefined) return COUNT.fallback;
  const value = Number(count);
  if (Number.isInteger(value) && value >= 1 && value <= COUNT.most) return value;
  throw new CodedError('OPTION_OUT_OF_RANGE', `Expected count in [1, ${COUNT.most}].`);
}
